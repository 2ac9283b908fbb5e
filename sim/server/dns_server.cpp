#include "sim/server/dns_server.h"

#include <array>
#include <exception>
#include <thread>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "sim/server/dns_message.h"

namespace assay::sim::server {
namespace {

namespace asio = boost::asio;
using Executor = asio::io_context::executor_type;
using UdpSocket = asio::basic_datagram_socket<asio::ip::udp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using TcpSocket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Task = asio::awaitable<void, Executor>;
constexpr asio::use_awaitable_t<Executor> kAwait;

constexpr int kNoError = 0;
constexpr int kServerFailure = 2;
constexpr int kNoName = 3;
constexpr int kLongestChain = 8;

}  // namespace

std::string answer_dns(const LookUp& look_up, std::string_view packet, bool udp) {
  const auto question = read_question(packet);
  if (!question) return {};
  const auto limit = udp ? question->most : 0;
  const std::string type(dns_type_name(question->type));
  std::vector<DnsAnswer> answers;
  auto name = question->name;
  for (int step = 0; step < kLongestChain; ++step) {
    std::vector<DnsRecord> records;
    // A type without a name in our list has no records anywhere; whether the name exists is still to be told.
    auto status = look_up(name, type.empty() ? "TXT" : type, records);
    if (type.empty()) records.clear();
    if (status == DnsStatus::ServFail) return write_answer(*question, kServerFailure, {}, limit);
    if (status == DnsStatus::NxDomain) return write_answer(*question, kNoName, answers, limit);
    if (status != DnsStatus::Found && type != "CNAME") {
      records.clear();
      if (look_up(name, "CNAME", records) != DnsStatus::Found) records.clear();
    }
    // The records may hold the whole chain already: each CNAME names the owner of what follows it.
    bool ends = true;
    for (const auto& record : records) {
      auto data = record_data(record);
      if (!data) continue;
      answers.push_back({name, dns_type(record.type), std::move(*data)});
      ends = record.type != "CNAME" || type == "CNAME";
      if (ends) continue;
      name = record.data.front();
      if (name.ends_with('.')) name.pop_back();
    }
    if (ends) break;
  }
  return write_answer(*question, kNoError, answers, limit);
}

struct DnsServer::State {
  explicit State(LookUp of) : look_up(std::move(of)) {}

  const LookUp look_up;
  asio::io_context io;
  UdpSocket udp{io};
  Acceptor acceptor{io};
  std::thread thread;

  Task serve_udp() {
    std::array<char, 4096> buffer;
    for (;;) {
      try {
        asio::ip::udp::endpoint from;
        const auto size = co_await udp.async_receive_from(asio::buffer(buffer), from, kAwait);
        const auto answer = answer_dns(look_up, {buffer.data(), size}, true);
        if (!answer.empty()) co_await udp.async_send_to(asio::buffer(answer), from, kAwait);
      } catch (const std::exception&) {
        if (!udp.is_open()) co_return;  // else: the one who asked has gone
      }
    }
  }

  Task serve_tcp(TcpSocket socket) {
    try {
      for (;;) {
        std::array<unsigned char, 2> prefix;
        co_await asio::async_read(socket, asio::buffer(prefix), kAwait);
        std::string packet(static_cast<std::size_t>(prefix[0] << 8 | prefix[1]), '\0');
        co_await asio::async_read(socket, asio::buffer(packet), kAwait);
        auto answer = answer_dns(look_up, packet, false);
        if (answer.empty() || answer.size() > 0xffff) co_return;
        const auto size = answer.size();
        answer.insert(0, std::string{static_cast<char>(size >> 8), static_cast<char>(size)});
        co_await asio::async_write(socket, asio::buffer(answer), kAwait);
      }
    } catch (const std::exception&) {
      // The other side is done.
    }
  }

  Task accept() {
    for (;;) {
      auto socket = co_await acceptor.async_accept(kAwait);
      asio::co_spawn(io.get_executor(), serve_tcp(std::move(socket)), asio::detached);
    }
  }
};

DnsServer::DnsServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

DnsServer::~DnsServer() {
  state_->io.stop();
  state_->thread.join();
}

std::uint16_t DnsServer::port() const { return state_->udp.local_endpoint().port(); }

Result<std::unique_ptr<DnsServer>> DnsServer::start(const std::string& address, std::uint16_t port, LookUp look_up) {
  auto state = std::make_unique<State>(std::move(look_up));
  try {
    const auto ip = asio::ip::make_address(address);
    // With a free port for TCP, the same may be taken for UDP: then try another.
    for (int attempt = 0;; ++attempt) {
      try {
        state->acceptor.open(asio::ip::tcp::endpoint(ip, port).protocol());
        state->acceptor.set_option(asio::socket_base::reuse_address(true));
        state->acceptor.bind({ip, port});
        state->acceptor.listen();
        state->udp.open(asio::ip::udp::endpoint(ip, port).protocol());
        state->udp.bind({ip, state->acceptor.local_endpoint().port()});
        break;
      } catch (const std::exception&) {
        state->acceptor.close();
        state->udp.close();
        if (port != 0 || attempt == 20) throw;
      }
    }
  } catch (const std::exception& thrown) {
    return Error{ErrorCode::Network,
                 "cannot answer DNS on `" + address + ":" + std::to_string(port) + "`: " + thrown.what(),
                 "choose a free port, or 0 for any"};
  }
  asio::co_spawn(state->io.get_executor(), state->serve_udp(), asio::detached);
  asio::co_spawn(state->io.get_executor(), state->accept(), asio::detached);
  state->thread = std::thread([io = &state->io] { io->run(); });
  return std::unique_ptr<DnsServer>(new DnsServer(std::move(state)));
}

}  // namespace assay::sim::server
