#pragma once

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/clock.h"
#include "http/client.h"
#include "m365/budget.h"
#include "m365/service.h"
#include "m365/sign_in.h"

// Asks one service: holds its limits before it has to refuse, signs in, tries again what may be tried again, and says
// what a refusal means.
namespace assay::m365 {

enum class Refused {
  Denied,       // a permission or a role is missing
  NotLicensed,  // the tenant lacks the licence
  NotOffered,   // there is no such thing in this cloud or version
  NotFound,     // the object is not there (any more)
  Expired,      // the page token is too old: begin again
  Failed,       // it did not work, and trying again does not help
};

struct Refusal {
  Refused kind = Refused::Failed;
  int status = 0;
  std::string message;  // for people, from the answer
};

struct Question {
  Question() = default;  // no aggregate, as http::Request
  static Question get(std::string base, std::string of) {
    Question out;
    out.url = std::move(base) + of;
    out.path = std::move(of);
    return out;
  }
  std::string method = "GET";
  std::string url{};
  std::string path{};  // of the service's own, for its limits
  http::Headers headers{};
  std::string body{};
  http::BodySink* sink = nullptr;  // as http::Request
  double units = 1;
};

struct Answer {
  http::Response response;
  std::optional<Refusal> refusal;
};

struct Counters {
  std::size_t requests = 0;
  std::size_t throttled = 0;  // answers that asked for a pause
  std::size_t retries = 0;    // requests that were a second or later try
  std::size_t failed = 0;
  std::uint64_t bytes = 0;  // of bodies, as they came over the wire
};

class Sender {
 public:
  Sender(http::Loop& loop, http::Client& client, SignIn& sign_in, const Clock& clock, Service service,
         std::uint32_t seed);

  ~Sender();

  // An answer, or what a refusal means. An error: the service could not be reached, however often it was tried, or
  // sign-in was refused. Only for requests that read: they are sent again.
  http::Task<Result<Answer>> ask(Question question);

  // Whose token the service takes, when that hangs on the tenant and was found out only now.
  void set_resource(std::string resource) { service_.resource = std::move(resource); }

  // How many users the tenant has, where limits hang on that. Until it is known they are those of the smallest.
  void set_users(std::size_t users);

  // Some parts of a batch were refused for their number: nothing is asked under its limits for so many seconds.
  void refused_inside(const Question& batch, std::size_t parts, double seconds);

  // From now on every `ask` ends with an error, also those that wait for a budget.
  void close() { closed_ = true; }

  const Service& service() const { return service_; }
  const Counters& counters() const { return counters_; }
  double waited() const;  // seconds that requests waited for a budget

  static constexpr int kTries = 9;

 private:
  struct Held;                                     // a limit with its budget
  http::Task<Result<std::string>> access_token();  // empty: the service takes none
  http::Task<void> pass_limits(const Question& question);
  void pause(const Question& question, double seconds);
  double jittered(double seconds);

  http::Loop& loop_;
  http::Client& client_;
  SignIn& sign_in_;
  const Clock& clock_;
  Service service_;
  std::vector<std::unique_ptr<Held>> limits_;
  http::Gate gate_;
  Counters counters_;
  std::mt19937 random_;
  std::size_t failures_in_a_row_ = 0;
  bool closed_ = false;
};

// What an answer of a status that is no success means; nothing where it should be tried again.
Refusal refusal_of(const http::Response& response);
// The message for people in an error answer of any of the services.
std::string message_of(std::string_view body);

}  // namespace assay::m365
