#include "sim/server/test_client.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <curl/curl.h>

#include "base/text.h"
#include "sim/server/certificates.h"

namespace assay::sim::server {
namespace {

std::size_t keep_body(char* data, std::size_t size, std::size_t n, void* out) {
  static_cast<std::string*>(out)->append(data, size * n);
  return size * n;
}

std::size_t keep_header(char* data, std::size_t size, std::size_t n, void* out) {
  const std::string_view line(data, size * n);
  if (const auto colon = line.find(':'); colon != std::string_view::npos)
    (*static_cast<std::map<std::string, std::string>*>(out))[text::lower(line.substr(0, colon))] =
        text::trim(line.substr(colon + 1));
  return size * n;
}

}  // namespace

Json Reply::json() const { return Json::parse(body, nullptr, false); }

std::string Reply::header(const std::string& lower_name) const {
  const auto found = headers.find(lower_name);
  return found == headers.end() ? std::string() : found->second;
}

TestClient::TestClient(const Server& server) : access_(server.access()), curl_(curl_easy_init()) {}
TestClient::~TestClient() { curl_easy_cleanup(curl_); }

Reply TestClient::get(const std::string& url, std::vector<std::string> headers) {
  return send("GET", url, {}, std::move(headers));
}

Reply TestClient::post(const std::string& url, const std::string& body, std::vector<std::string> headers) {
  return send("POST", url, body, std::move(headers));
}

Reply TestClient::send(const std::string& method, const std::string& url, const std::string& body,
                       std::vector<std::string> headers) {
  Reply out;
  CURL* curl = curl_;
  curl_easy_reset(curl);
  if (!token.empty()) headers.push_back("Authorization: Bearer " + token);
  curl_slist* list = nullptr;
  for (const auto& header : headers) list = curl_slist_append(list, header.c_str());
  curl_slist* everywhere = curl_slist_append(nullptr, ("::" + access_.address).c_str());
  const auto ca = access_.ca.string();
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method.c_str());
  curl_easy_setopt(curl, CURLOPT_CONNECT_TO, everywhere);
  curl_easy_setopt(curl, CURLOPT_CAINFO, ca.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &out.body);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &out.headers);
  if (method != "GET") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  }
  const auto done = curl_easy_perform(curl);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  out.status = done == CURLE_OK ? static_cast<int>(status) : 0;
  if (done != CURLE_OK) out.error = curl_easy_strerror(done);
  curl_slist_free_all(list);
  curl_slist_free_all(everywhere);
  return out;
}

std::string TestClient::token_address() const {
  return "https://login.microsoftonline.com/" + access_.tenant_id + "/oauth2/v2.0/token";
}

std::string TestClient::assertion(const std::string& algorithm) const {
  std::ifstream in(access_.client_certificate);
  std::ostringstream text;
  text << in.rdbuf();
  const auto pem = text.str();
  const auto split = pem.find("-----BEGIN PRIVATE");
  auto identity = read_identity(pem.substr(0, split), pem.substr(split));
  CHECK(identity.has_value());
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  const auto* member = algorithm == "PS256" ? "x5t#S256" : "x5t";
  const auto print = thumbprint(identity->certificate, algorithm == "PS256" ? "SHA256" : "SHA1");
  return make_jwt(identity->key, algorithm, {{member, base64url(print)}},
                  {{"aud", token_address()},
                   {"iss", access_.client_id},
                   {"sub", access_.client_id},
                   {"jti", random_uuid()},
                   {"nbf", now},
                   {"iat", now},
                   {"exp", now + 300}});
}

void TestClient::sign_in(const std::string& scope) {
  token.clear();
  const auto reply = post(
      token_address(), "grant_type=client_credentials&client_id=" + access_.client_id + "&scope=" + url_encode(scope) +
                           "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
                           "&client_assertion=" +
                           assertion());
  CHECK(reply.status == 200);
  token = reply.json().at("access_token").get<std::string>();
}

void TestClient::sign_in_by_secret(const std::string& scope) {
  token.clear();
  const auto reply =
      post(token_address(), "grant_type=client_credentials&client_id=" + access_.client_id +
                                "&scope=" + url_encode(scope) + "&client_secret=" + url_encode(access_.client_secret));
  CHECK(reply.status == 200);
  token = reply.json().at("access_token").get<std::string>();
}

}  // namespace assay::sim::server
