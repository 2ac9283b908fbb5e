#include "http/curl.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include <fmt/format.h>

#include "base/text.h"
#include "http/curl_library.h"

namespace assay::http {
namespace {

// One request on its way. libcurl reads and writes it in callbacks, so it stays where it is.
struct Exchange {
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  Request request;
  Response response;
  std::size_t received = 0;  // bytes of the body
  bool too_long = false;
  CURLcode code = CURLE_OK;
  std::array<char, CURL_ERROR_SIZE> trouble{};
  std::coroutine_handle<> waiting;
};

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* of) {
  auto& exchange = *static_cast<Exchange*>(of);
  const std::string_view bytes(data, size * count);
  exchange.received += bytes.size();
  if (exchange.received > exchange.request.most_bytes) {
    exchange.too_long = true;
    return 0;
  }
  if (auto* sink = exchange.request.sink; sink != nullptr && BodySink::takes(exchange.response.status)) {
    sink->add(bytes);
  } else {
    exchange.response.body.append(bytes);
  }
  return bytes.size();
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* of) {
  auto& exchange = *static_cast<Exchange*>(of);
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) {
    exchange.response.headers.clear();  // a proxy's answer, or 100 Continue, came before
    const auto blank = std::min(line.find(' '), line.size());
    exchange.response.status = std::atoi(std::string(line.substr(blank)).c_str());
  }
  if (const auto colon = line.find(':'); colon != line.npos)
    exchange.response.headers.emplace_back(text::trim(line.substr(0, colon)), text::trim(line.substr(colon + 1)));
  return size * count;
}

Error trouble_of(const Exchange& exchange, const CurlLibrary& curl) {
  const auto where = host(exchange.request.url);
  const std::string why = exchange.trouble[0] != '\0' ? exchange.trouble.data() : curl.easy_strerror(exchange.code);
  switch (exchange.code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return invalid(fmt::format("`{}` is no URL that can be asked", exchange.request.url));
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return {ErrorCode::Denied, fmt::format("{}: the certificate is not trusted: {}", where, why),
              "name the authority's certificate as ca_file, if it is yours"};
    default:
      return {ErrorCode::Network, fmt::format("{}: {}", where, why),
              "check the network, the proxy and the host's name"};
  }
}

}  // namespace

// The way that a client's requests take.
struct CurlClient::Route {
  CurlOptions options;
  const CurlLibrary* curl = nullptr;
  curl_slist* connect_to = nullptr;

  Route(CurlOptions of, const CurlLibrary* library) : options(std::move(of)), curl(library) {
    if (!options.connect_to.empty()) connect_to = curl->slist_append(nullptr, ("::" + options.connect_to).c_str());
  }
  ~Route() {
    if (connect_to != nullptr) curl->slist_free_all(connect_to);
  }
  Route(const Route&) = delete;
  Route& operator=(const Route&) = delete;
};

struct CurlClient::State {
  const CurlLibrary* curl = nullptr;
  CURLM* multi = nullptr;
  Loop* loop = nullptr;
  std::unordered_set<Exchange*> under_way;
  std::vector<Watched*> others;

  ~State() {
    // Coroutines that are dropped while they wait remove their exchange themselves.
    if (multi != nullptr) curl->multi_cleanup(multi);
  }

  Task<Result<Response>> send(std::shared_ptr<const Route> route, Request request);
  bool busy() const {
    return std::any_of(others.begin(), others.end(), [](auto* other) { return other->busy(); });
  }

  // Takes answers in and wakes who waits for them.
  void perform() {
    int running = 0;
    curl->multi_perform(multi, &running);
    int left = 0;
    while (const CURLMsg* message = curl->multi_info_read(multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      char* of = nullptr;
      curl->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &of);
      auto& exchange = *reinterpret_cast<Exchange*>(of);
      exchange.code = message->data.result;
      curl->multi_remove_handle(multi, exchange.easy);
      under_way.erase(&exchange);
      loop->post(exchange.waiting);
    }
  }

  void begin(Exchange& exchange, const Route& route) {
    const auto& options = route.options;
    CURL* easy = exchange.easy = curl->easy_init();
    CHECK(easy != nullptr);
    const auto& request = exchange.request;
    for (const auto& [name, value] : request.headers)
      exchange.headers = curl->slist_append(exchange.headers,
                                            (value.empty() ? name + ";" : fmt::format("{}: {}", name, value)).c_str());
    exchange.headers = curl->slist_append(exchange.headers, "Expect:");
    const auto set = [&](CURLoption option, auto value) { CHECK(curl->easy_setopt(easy, option, value) == CURLE_OK); };
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "https,http");
    set(CURLOPT_HTTPHEADER, exchange.headers);
    set(CURLOPT_USERAGENT, options.user_agent.c_str());
    set(CURLOPT_ACCEPT_ENCODING, "gzip");
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    set(CURLOPT_PIPEWAIT, 1L);
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_FOLLOWLOCATION, 0L);  // a redirect could carry the token to another host
    set(CURLOPT_CONNECTTIMEOUT, 20L);
    set(CURLOPT_TIMEOUT, static_cast<long>(request.timeout.count()));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);  // nothing for half a minute is a dead connection
    set(CURLOPT_LOW_SPEED_TIME, 30L);
    set(CURLOPT_ERRORBUFFER, exchange.trouble.data());
    set(CURLOPT_PRIVATE, static_cast<void*>(&exchange));
    set(CURLOPT_WRITEFUNCTION, &on_body);
    set(CURLOPT_WRITEDATA, static_cast<void*>(&exchange));
    set(CURLOPT_HEADERFUNCTION, &on_header);
    set(CURLOPT_HEADERDATA, static_cast<void*>(&exchange));
    if (request.method != "GET") {
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      set(CURLOPT_POSTFIELDS, request.body.c_str());
      set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    if (!options.proxy.empty()) set(CURLOPT_PROXY, options.proxy.c_str());
    if (!options.ca_file.empty()) set(CURLOPT_CAINFO, options.ca_file.c_str());
    if (route.connect_to != nullptr) set(CURLOPT_CONNECT_TO, route.connect_to);
    under_way.insert(&exchange);
    CHECK(curl->multi_add_handle(multi, easy) == CURLM_OK);
  }

  void end(Exchange& exchange) {
    if (exchange.easy == nullptr) return;
    if (under_way.erase(&exchange) != 0) curl->multi_remove_handle(multi, exchange.easy);
    curl->easy_cleanup(exchange.easy);
    if (exchange.headers != nullptr) curl->slist_free_all(exchange.headers);
    exchange.easy = nullptr;
  }
};

CurlClient::CurlClient(std::unique_ptr<State> state, std::shared_ptr<const Route> route)
    : state_(std::move(state)), route_(std::move(route)) {}
CurlClient::~CurlClient() = default;

Result<std::unique_ptr<CurlClient>> CurlClient::create(CurlOptions options) {
  auto state = std::make_unique<State>();
  state->curl = TRY(curl_library());
  state->multi = state->curl->multi_init();
  CHECK(state->multi != nullptr);
  state->curl->multi_setopt(state->multi, CURLMOPT_MAX_HOST_CONNECTIONS, options.connections_per_host);
  state->curl->multi_setopt(state->multi, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_MULTIPLEX));
  auto route = std::make_shared<const Route>(std::move(options), state->curl);
  return std::unique_ptr<CurlClient>(new CurlClient(std::move(state), std::move(route)));
}

void CurlClient::attach(Loop& loop) { state_->loop = &loop; }

std::unique_ptr<Client> CurlClient::with(CurlOptions options) {
  class Other final : public Client {
   public:
    Other(State& state, std::shared_ptr<const Route> route) : state_(state), route_(std::move(route)) {}
    Task<Result<Response>> send(Request request) override { return state_.send(route_, std::move(request)); }

   private:
    State& state_;
    std::shared_ptr<const Route> route_;
  };
  return std::make_unique<Other>(*state_, std::make_shared<const Route>(std::move(options), state_->curl));
}

Task<Result<Response>> CurlClient::send(Request request) { return state_->send(route_, std::move(request)); }

Task<Result<Response>> CurlClient::State::send(std::shared_ptr<const Route> route, Request request) {
  // Lives in the coroutine's frame; whoever drops the coroutine takes the request back.
  struct Owned {
    State& state;
    Exchange exchange;
    explicit Owned(State& of) : state(of) {}
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;
    ~Owned() { state.end(exchange); }
  };
  struct Waiting {
    State& state;
    Exchange& exchange;
    const Route& route;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> coroutine) {
      exchange.waiting = coroutine;
      state.begin(exchange, route);
    }
    void await_resume() {}
  };
  Owned owned(*this);
  auto& exchange = owned.exchange;
  exchange.request = std::move(request);
  if (exchange.request.sink != nullptr) exchange.request.sink->begin();
  co_await Waiting{*this, exchange, *route};
  if (exchange.too_long)
    co_return Error{ErrorCode::Limit,
                    fmt::format("{}: the answer is longer than {} MB", host(exchange.request.url),
                                exchange.request.most_bytes >> 20U),
                    {}};
  if (exchange.code != CURLE_OK) co_return trouble_of(exchange, *curl);
  curl_off_t bytes = 0;
  curl->easy_getinfo(exchange.easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
  exchange.response.bytes_on_the_wire = static_cast<std::uint64_t>(bytes);
  co_return std::move(exchange.response);
}

TimePoint CurlClient::now() { return std::chrono::steady_clock::now(); }

bool CurlClient::wait(std::optional<TimePoint> until) {
  auto& s = *state_;
  s.perform();
  if (s.loop != nullptr && s.loop->has_ready()) return true;
  if (!until && s.under_way.empty() && !s.busy()) return false;
  auto most = std::chrono::milliseconds(1000);
  if (until) most = std::clamp(std::chrono::ceil<std::chrono::milliseconds>(*until - now()), {}, most);
  std::vector<curl_waitfd> sockets;
  for (auto* other : s.others) {
    if (!other->busy()) continue;
    for (const auto& socket : other->sockets())
      sockets.push_back(
          {socket.fd, static_cast<short>((socket.read ? CURL_WAIT_POLLIN : 0) | (socket.write ? CURL_WAIT_POLLOUT : 0)),
           0});
    if (const auto longest = other->longest()) most = std::min(most, *longest);
  }
  s.curl->multi_poll(s.multi, sockets.data(), static_cast<unsigned>(sockets.size()), static_cast<int>(most.count()),
                     nullptr);
  s.perform();
  for (auto* other : s.others)
    if (other->busy()) other->happened();
  return true;
}

void CurlClient::watch(Watched* others) { state_->others.push_back(others); }
void CurlClient::unwatch(Watched* others) { std::erase(state_->others, others); }

}  // namespace assay::http
