#include "collect/resolver.h"

#include <array>
#include <cstring>

#include <ares.h>
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>

#include "base/text.h"

// From <arpa/nameser.h>, which would bring in a hundred macros.
namespace {
constexpr int kInternet = 1;
constexpr std::array<std::pair<const char*, int>, 5> kTypes{
    {{"A", 1}, {"CNAME", 5}, {"MX", 15}, {"TXT", 16}, {"AAAA", 28}}};
}  // namespace

namespace assay::collect {
namespace {

struct Query {
  http::Loop* loop = nullptr;
  int type = 0;
  Looked looked;
  bool done = false;
  std::coroutine_handle<> waiting;
};

std::string address_text(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(family, address, text.data(), text.size()) == nullptr ? std::string() : std::string(text.data());
}

int number_of(std::string_view type) {
  for (const auto& [known, number] : kTypes)
    if (text::iequals(known, type)) return number;
  return 0;
}

// The records of one type in an answer; false: it cannot be understood.
bool take_records(int type, const unsigned char* answer, int length, std::vector<std::string>& data) {
  if (type == 16) {
    ares_txt_ext* first = nullptr;
    const int status = ares_parse_txt_reply_ext(answer, length, &first);
    for (const auto* part = first; part != nullptr; part = part->next) {
      if (part->record_start != 0) data.emplace_back();
      data.back().append(reinterpret_cast<const char*>(part->txt), part->length);
    }
    if (first != nullptr) ares_free_data(first);
    return status == ARES_SUCCESS || status == ARES_ENODATA;
  }
  if (type == 15) {
    ares_mx_reply* first = nullptr;
    const int status = ares_parse_mx_reply(answer, length, &first);
    for (const auto* mx = first; mx != nullptr; mx = mx->next)
      data.push_back(fmt::format("{} {}", mx->priority, mx->host));
    if (first != nullptr) ares_free_data(first);
    return status == ARES_SUCCESS || status == ARES_ENODATA;
  }
  hostent* host = nullptr;
  const int status = type == 28 ? ares_parse_aaaa_reply(answer, length, &host, nullptr, nullptr)
                                : ares_parse_a_reply(answer, length, &host, nullptr, nullptr);
  if (host != nullptr) {
    if (type == 5) {
      if (host->h_name != nullptr) data.emplace_back(host->h_name);
    } else {
      for (char** at = host->h_addr_list; at != nullptr && *at != nullptr; ++at)
        data.push_back(address_text(host->h_addrtype, *at));
    }
    ares_free_hostent(host);
  }
  return status == ARES_SUCCESS || status == ARES_ENODATA;
}

Looked read(int type, const unsigned char* answer, int length) {
  Looked out;
  if (!take_records(type, answer, length, out.data)) {
    out.data.clear();
    out.words = "the answer could not be read";
    return out;
  }
  out.how = out.data.empty() ? Looked::How::Absent : Looked::How::Found;
  out.words = fmt::format("Query returned {} records", out.data.size());
  return out;
}

void on_answer(void* of, int status, int /*timeouts*/, unsigned char* answer, int length) {
  auto& query = *static_cast<Query*>(of);
  auto& looked = query.looked;
  switch (status) {
    case ARES_SUCCESS:
      looked = read(query.type, answer, length);
      break;
    case ARES_ENODATA:
      looked.how = Looked::How::Absent;
      looked.words = "Query returned 0 records";
      break;
    case ARES_ENOTFOUND:
      looked.how = Looked::How::Absent;
      looked.words = "Query returned NXDomain";
      break;
    default:
      looked.words = text::lower(ares_strerror(status));
  }
  query.done = true;
  if (query.waiting) query.loop->post(query.waiting);
}

class AresResolver final : public Resolver, public http::Watched {
 public:
  AresResolver(http::Loop& loop, http::CurlClient& world, ares_channel channel)
      : loop_(loop), world_(world), channel_(channel) {
    world_.watch(this);
  }
  ~AresResolver() override {
    world_.unwatch(this);
    ares_destroy(channel_);
  }

  http::Task<Looked> look_up(std::string name, std::string type) override {
    Query query;
    query.loop = &loop_;
    query.type = number_of(type);
    if (query.type == 0) {
      query.looked.words = "unknown kind of record";
      co_return query.looked;
    }
    ++under_way_;
    ares_query(channel_, name.c_str(), kInternet, query.type, &on_answer, &query);
    struct Waiting {
      Query& query;
      bool await_ready() { return query.done; }
      void await_suspend(std::coroutine_handle<> coroutine) { query.waiting = coroutine; }
      void await_resume() {}
    };
    co_await Waiting{query};
    --under_way_;
    co_return query.looked;
  }

  std::vector<Socket> sockets() override {
    std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> found{};
    const int bits = ares_getsock(channel_, found.data(), static_cast<int>(found.size()));
    std::vector<Socket> out;
    for (int i = 0; i < static_cast<int>(found.size()); ++i) {
      const bool read = ARES_GETSOCK_READABLE(bits, i) != 0;
      const bool write = ARES_GETSOCK_WRITABLE(bits, i) != 0;
      if (read || write) out.push_back({found[static_cast<std::size_t>(i)], read, write});
    }
    return out;
  }
  std::optional<std::chrono::milliseconds> longest() override {
    timeval time{};
    if (under_way_ == 0 || ares_timeout(channel_, nullptr, &time) == nullptr) return std::nullopt;
    return std::chrono::milliseconds(time.tv_sec * 1000 + time.tv_usec / 1000 + 1);
  }
  void happened() override {
    for (const auto& socket : sockets())
      ares_process_fd(channel_, socket.read ? socket.fd : ARES_SOCKET_BAD, socket.write ? socket.fd : ARES_SOCKET_BAD);
    ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // what has timed out
  }
  bool busy() override { return under_way_ > 0; }

 private:
  http::Loop& loop_;
  http::CurlClient& world_;
  ares_channel channel_;
  std::size_t under_way_ = 0;
};

}  // namespace

Looked read_answer(std::string_view type, std::string_view message) {
  return read(number_of(type), reinterpret_cast<const unsigned char*>(message.data()),
              static_cast<int>(message.size()));
}

Result<std::unique_ptr<Resolver>> make_resolver(http::Loop& loop, http::CurlClient& world,
                                                const std::vector<std::string>& servers) {
  ares_library_init(ARES_LIB_INIT_ALL);
  ares_options options{};
  options.flags = ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH;
  options.timeout = 3000;
  options.tries = 3;
  options.ednspsz = 1232;
  ares_channel channel = nullptr;
  const int made =
      ares_init_options(&channel, &options, ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ);
  if (made != ARES_SUCCESS) return Error{ErrorCode::Internal, fmt::format("c-ares: {}", ares_strerror(made)), {}};
  if (!servers.empty()) {
    const int set = ares_set_servers_ports_csv(channel, text::join(servers, ",").c_str());
    if (set != ARES_SUCCESS) {
      ares_destroy(channel);
      return invalid(fmt::format("resolvers: `{}` is not understood", text::join(servers, ", ")),
                     "give addresses such as 9.9.9.9 or 127.0.0.1:5353");
    }
  }
  return std::unique_ptr<Resolver>(std::make_unique<AresResolver>(loop, world, channel));
}

}  // namespace assay::collect
