#pragma once

#include <functional>
#include <string>
#include <vector>

#include "http/client.h"

// For tests: a world whose time jumps to the next moment at which something happens, and a client that answers what a
// function says, after as long as it says.
namespace assay::http {

class FakeWorld final : public World {
 public:
  TimePoint now() override { return now_; }
  bool wait(std::optional<TimePoint> until) override {
    if (!until) return false;
    now_ = *until;
    return true;
  }
  double seconds() const { return std::chrono::duration<double>(now_.time_since_epoch()).count(); }

 private:
  TimePoint now_{};
};

// What a client does with an answer that it has as a whole.
inline void hand_over(Response& response, BodySink* sink) {
  if (sink == nullptr) return;
  sink->begin();
  if (!BodySink::takes(response.status)) return;
  sink->add(response.body);
  response.body.clear();
}

class FakeClient final : public Client {
 public:
  struct Answer {
    Result<Response> response;
    std::chrono::milliseconds after{1};
  };
  using Answering = std::function<Answer(const Request&)>;

  FakeClient(Loop& loop, Answering answering) : loop_(loop), answering_(std::move(answering)) {}

  Task<Result<Response>> send(Request request) override {
    requests.push_back(request);
    times.push_back(loop_.now());
    ++in_flight_;
    most_in_flight = std::max(most_in_flight, in_flight_);
    auto answer = answering_(request);
    co_await loop_.sleep(answer.after);
    --in_flight_;
    if (answer.response) hand_over(*answer.response, request.sink);
    co_return std::move(answer.response);
  }

  std::vector<Request> requests;
  std::vector<TimePoint> times;  // when each went out
  std::size_t most_in_flight = 0;

 private:
  Loop& loop_;
  Answering answering_;
  std::size_t in_flight_ = 0;
};

inline Response answer(int status, std::string body = {}, Headers headers = {}) {
  Response out;
  out.status = status;
  out.headers = std::move(headers);
  out.body = std::move(body);
  return out;
}

}  // namespace assay::http
