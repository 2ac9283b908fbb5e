// HTTPS to the simulated tenant under the real names: TLS and the Host header say `graph.microsoft.com`, the connection
// goes to the simulator's port.
import https from 'node:https';

export class Transport {
  constructor(port) {
    this.port = port;
    this.agent = new https.Agent({ keepAlive: true });
    this.requests = [];
  }

  // One exchange; the body is a text.
  send(address, { method = 'GET', headers = {}, body } = {}) {
    const url = new URL(address);
    this.requests.push({ method, url: url.href, headers, body });
    return new Promise((resolve, reject) => {
      const request = https.request(
        {
          agent: this.agent,
          host: '127.0.0.1',
          port: this.port,
          servername: url.hostname,
          method,
          path: url.pathname + url.search,
          headers: { ...headers, host: url.host, ...(body ? { 'content-length': Buffer.byteLength(body) } : {}) },
        },
        (answer) => {
          const chunks = [];
          answer.on('data', (chunk) => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () =>
            resolve({
              status: answer.statusCode,
              headers: answer.headers,
              body: Buffer.concat(chunks).toString('utf8'),
            }),
          );
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }

  // As msal-node wants it.
  networkModule() {
    const exchange = async (method, url, options) => {
      const { status, headers, body } = await this.send(url, {
        method,
        headers: options?.headers,
        body: options?.body,
      });
      return { status, headers, body: JSON.parse(body) };
    };
    return {
      sendGetRequestAsync: (url, options) => exchange('GET', url, options),
      sendPostRequestAsync: (url, options) => exchange('POST', url, options),
    };
  }

  // As the Graph client wants it.
  fetch() {
    return async (input, init = {}) => {
      const request = new Request(input, init);
      const text = init.body === undefined || init.body === null ? undefined : await request.text();
      const { status, headers, body } = await this.send(request.url, {
        method: request.method,
        headers: Object.fromEntries(request.headers),
        body: text,
      });
      const bodyless = status === 204 || status === 304;
      return new Response(bodyless ? null : body, {
        status,
        headers: Object.entries(headers).map(([k, v]) => [k, String(v)]),
      });
    };
  }
}
