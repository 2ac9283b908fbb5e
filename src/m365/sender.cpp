#include "m365/sender.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"

namespace assay::m365 {
namespace {

// After so many failures one after another, across all its tables, a service is taken for down.
constexpr std::size_t kDown = 40;
constexpr double kLongestWait = 60;
constexpr double kLongestAskedFor = 600;

http::Nanoseconds of_seconds(double seconds) {
  return std::chrono::duration_cast<http::Nanoseconds>(std::chrono::duration<double>(seconds));
}

std::string member(const Json& json, const char* name) {
  if (!json.is_object() || !json.contains(name)) return {};
  return json[name].is_string() ? json[name].get<std::string>() : std::string();
}

bool contains(std::string_view text, std::string_view part) {
  return text::lower(text).find(part) != std::string::npos;
}

std::string code_of(std::string_view body) {
  const auto json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return {};
  if (json.contains("error") && json["error"].is_object()) return member(json["error"], "code");
  return member(json, "errorCode") + member(json, "code");
}

}  // namespace

std::string message_of(std::string_view body) {
  const auto json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return {};
  const auto shortened = [](std::string_view text) { return text::shorten(text::printable(text), 300); };
  const auto error = json.contains("error") && json["error"].is_object() ? json["error"] : json;
  // Exchange: what the cmdlet itself said is innermost.
  for (const auto* inner : {"innererror", "innerError"}) {
    if (!error.contains(inner) || !error[inner].is_object()) continue;
    if (error[inner].contains("internalexception"))
      if (auto text = member(error[inner]["internalexception"], "message"); !text.empty()) return shortened(text);
  }
  if (error.contains("details") && error["details"].is_array() && !error["details"].empty()) {
    const auto text = member(error["details"][0], "message");
    const auto parts = text::split(text, '|');
    if (parts.size() >= 3) return shortened(parts[2]);
  }
  const auto text = member(error, "message");
  // Intune: the message is JSON of its own.
  if (text.starts_with('{'))
    if (const auto own = member(Json::parse(text, nullptr, false), "Message"); !own.empty()) return shortened(own);
  return shortened(text);
}

Refusal refusal_of(const http::Response& response) {
  const auto code = code_of(response.body);
  auto message = message_of(response.body);
  const auto both = code + " " + message;
  if (message.empty()) message = fmt::format("the service answered {}", response.status);
  const bool licence = contains(both, "nonpremium") || contains(both, "license") || contains(both, "licence") ||
                       contains(both, "missingprovider") || contains(both, "premium");
  const bool segment = contains(both, "resource not found for the segment") || contains(both, "notsupported") ||
                       contains(both, "not supported");
  const auto as = [&](Refused kind) { return Refusal{kind, response.status, message}; };
  switch (response.status) {
    case 400:
      if (contains(code, "expiredpagetoken") || contains(both, "page token") || contains(both, "skiptoken") ||
          contains(both, "skip token"))
        return as(Refused::Expired);
      if (licence) return as(Refused::NotLicensed);
      return as(segment ? Refused::NotOffered : Refused::Failed);
    case 401:
      return as(Refused::Denied);
    case 402:
      return as(Refused::NotLicensed);
    case 403:
      return as(licence ? Refused::NotLicensed : Refused::Denied);
    case 404:
      return as(segment ? Refused::NotOffered : Refused::NotFound);
    case 410:
      return as(Refused::Expired);
    case 501:
      return as(Refused::NotOffered);
    default:
      return as(Refused::Failed);
  }
}

struct Sender::Held {
  Limit limit;
  std::optional<Budget> budget;
  std::optional<http::Gate> gate;
  bool applies(const Question& question) const {
    return limit.paths.empty() || std::any_of(limit.paths.begin(), limit.paths.end(),
                                              [&](const auto& pattern) { return path_begins(question.path, pattern); });
  }
};

Sender::Sender(http::Loop& loop, http::Client& client, SignIn& sign_in, const Clock& clock, Service service,
               std::uint32_t seed)
    : loop_(loop),
      client_(client),
      sign_in_(sign_in),
      clock_(clock),
      service_(std::move(service)),
      gate_(loop, std::max<std::size_t>(service_.at_once, 1)),
      random_(seed) {
  for (const auto& limit : service_.limits) {
    auto held = std::make_unique<Held>();
    held->limit = limit;
    if (limit.amount > 0) held->budget.emplace(loop, limit.amount, limit.seconds);
    if (limit.at_once > 0) held->gate.emplace(loop, limit.at_once);
    limits_.push_back(std::move(held));
  }
}

Sender::~Sender() = default;

double Sender::waited() const {
  double sum = 0;
  for (const auto& held : limits_)
    if (held->budget) sum += held->budget->waited();
  return sum;
}

double Sender::jittered(double seconds) {
  return seconds + std::uniform_real_distribution<double>(0, std::min(1.0, seconds / 2 + 0.05))(random_);
}

http::Task<void> Sender::pass_limits(const Question& question) {
  for (const auto& held : limits_)
    if (held->budget && held->applies(question)) co_await held->budget->spend(held->limit.units ? question.units : 1);
}

void Sender::pause(const Question& question, double seconds) {
  const auto until = loop_.now() + of_seconds(seconds);
  for (const auto& held : limits_)
    if (held->budget && held->applies(question)) held->budget->pause_until(until);
}

void Sender::refused_inside(const Question& batch, std::size_t parts, double seconds) {
  counters_.throttled += parts;
  pause(batch, seconds);
}

void Sender::set_users(std::size_t users) {
  for (const auto& held : limits_) {
    if (!held->budget) continue;
    auto amount = held->limit.amount;
    double from = 0;
    for (const auto& [least, of] : held->limit.by_users) {
      if (static_cast<double>(users) < least || least < from) continue;
      from = least;
      amount = of;
    }
    held->budget->set_amount(amount);
  }
}

http::Task<Result<std::string>> Sender::access_token() {
  if (service_.resource.empty()) co_return std::string();
  auto signed_in = co_await sign_in_.token(service_.resource);
  co_return signed_in;
}

http::Task<Result<Answer>> Sender::ask(Question question) {
  // First the narrow gates: who waits there must not hold a place that others could use.
  std::vector<http::Gate::Place> places;
  for (const auto& held : limits_)
    if (held->gate && held->applies(question)) places.push_back(co_await held->gate->enter());
  bool renewed = false;
  for (int tries = 1;; ++tries) {
    // Nothing may hold a request up once its share of a limit is spent, or the next would come too soon after it: a
    // token is there before. It is asked for again because the limits may take longer than it lives.
    auto early = co_await access_token();
    CO_CHECK(early);
    co_await pass_limits(question);
    if (closed_) co_return Error{ErrorCode::Network, "the collection has ended", {}};
    auto signed_in = co_await access_token();
    CO_CHECK(signed_in);
    const auto& token = *signed_in;
    http::Request request;
    request.method = question.method;
    request.url = question.url;
    request.headers = question.headers;
    request.body = question.body;
    request.sink = question.sink;
    if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token);
    Result<http::Response> response = Error{};
    {
      const auto place = co_await gate_.enter();
      if (failures_in_a_row_ >= kDown)
        co_return Error{ErrorCode::Network, fmt::format("{} does not answer", service_.title), "try again later"};
      ++counters_.requests;
      if (tries > 1) ++counters_.retries;
      response = co_await client_.send(std::move(request));
    }
    double wait = std::min(kLongestWait, std::pow(2.0, tries - 1) / 2);
    if (!response) {
      ++counters_.failed;
      ++failures_in_a_row_;
      if (response.error().code != ErrorCode::Network || tries >= kTries) co_return std::move(response).error();
      co_await loop_.sleep(of_seconds(jittered(wait)));
      continue;
    }
    counters_.bytes += response->bytes_on_the_wire;
    const int status = response->status;
    if (status >= 200 && status < 300) {
      failures_in_a_row_ = 0;
      co_return Answer{std::move(*response), std::nullopt};
    }
    if (status == 401 && !token.empty() && tries < kTries) {
      // The token may have ended on the way, or a continuous access evaluation revoked it: that, once with a new one.
      const bool ended = sign_in_.refused(service_.resource, token);
      if (ended || !renewed) {
        renewed = renewed || !ended;
        continue;
      }
    }
    const bool busy = contains(response->body.substr(0, 2000), "rate limit reached because of too many requests");
    const bool throttled = status == 429 || status == 503 || status == 509 || busy;
    const bool again = throttled || status == 408 || status == 423 || status == 500 || status == 502 || status == 504;
    if (!again) {
      failures_in_a_row_ = 0;
      auto refusal = refusal_of(*response);
      co_return Answer{std::move(*response), std::move(refusal)};
    }
    if (status != 429) ++failures_in_a_row_;  // who counts our requests is not down
    ++(throttled ? counters_.throttled : counters_.failed);
    if (tries >= kTries) {
      auto refusal = refusal_of(*response);
      co_return Answer{std::move(*response), std::move(refusal)};
    }
    if (const auto header = response->header("Retry-After"))
      if (const auto seconds = http::retry_after(*header, clock_.now())) wait = std::min(*seconds, kLongestAskedFor);
    // A service that asks for a pause means all who ask it the same way, not only this one.
    if (throttled) pause(question, wait);
    co_await loop_.sleep(of_seconds(jittered(wait)));
  }
}

}  // namespace assay::m365
