#include "sim/server/listener.h"

#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <zlib.h>

#include "base/text.h"

namespace assay::sim::server {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Executor = asio::io_context::executor_type;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Stream = asio::ssl::stream<Socket>;
using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
using Task = asio::awaitable<void, Executor>;
constexpr asio::use_awaitable_t<Executor> kAwait;

constexpr std::uint64_t kMaxBody = 64ULL << 20;
constexpr std::size_t kWorthCompressing = 1024;

std::string gzip(const std::string& body) {
  z_stream z{};
  constexpr int kGzip = 15 + 16;
  if (deflateInit2(&z, 1, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
  std::string out(deflateBound(&z, body.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  z.avail_in = static_cast<uInt>(body.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  const bool done = deflate(&z, Z_FINISH) == Z_STREAM_END;
  out.resize(done ? z.total_out : 0);
  deflateEnd(&z);
  return out;
}

Request to_request(http::request<http::string_body>&& message) {
  Request out;
  out.method = std::string(message.method_string());
  const std::string target(message.target());
  const auto question = std::min(target.find('?'), target.size());
  out.path = target.substr(0, question);
  if (question < target.size()) out.query = target.substr(question + 1);
  for (const auto& field : message) {
    auto& value = out.headers[text::lower(std::string_view(field.name_string().data(), field.name_string().size()))];
    if (!value.empty()) value += ", ";
    value.append(field.value().data(), field.value().size());
  }
  out.body = std::move(message.body());
  return out;
}

http::response<http::string_body> to_message(Response&& response, bool accepts_gzip, bool keep_alive) {
  http::response<http::string_body> out(static_cast<http::status>(response.status), 11);
  for (auto& [name, value] : response.headers) out.insert(name, value);
  const bool no_body = response.status == 204 || response.status == 304;
  if (accepts_gzip && response.body.size() >= kWorthCompressing && response.broken == Break::None) {
    if (auto packed = gzip(response.body); !packed.empty()) {
      response.body = std::move(packed);
      out.set(http::field::content_encoding, "gzip");
      out.set(http::field::vary, "Accept-Encoding");
    }
  }
  const bool long_enough = response.body.size() > kWorthCompressing;
  out.body() = std::move(response.body);
  out.keep_alive(keep_alive);
  if (no_body) return out;
  if (long_enough && response.broken == Break::None) {
    out.chunked(true);
  } else {
    out.content_length(out.body().size());
  }
  return out;
}

// Breaks off so that the other side sees a reset, not an end.
void reset(Stream& stream) {
  boost::system::error_code ignored;
  stream.next_layer().set_option(asio::socket_base::linger(true, 0), ignored);
  stream.next_layer().close(ignored);
}

}  // namespace

struct Listener::State {
  asio::io_context io;
  asio::ssl::context tls{asio::ssl::context::tls_server};
  Acceptor acceptor{io};
  Handler handler;
  std::vector<std::thread> threads;

  // One answer; false: the connection is finished.
  asio::awaitable<bool, Executor> answer(Stream& stream, boost::beast::flat_buffer& buffer) {
    http::request_parser<http::string_body> parser;
    parser.body_limit(kMaxBody);
    parser.header_limit(64 * 1024);
    co_await http::async_read_header(stream, buffer, parser, kAwait);
    if (text::iequals(std::string_view(parser.get()[http::field::expect]), "100-continue")) {
      http::response<http::empty_body> go_on(http::status::continue_, 11);
      co_await http::async_write(stream, go_on, kAwait);
    }
    co_await http::async_read(stream, buffer, parser, kAwait);
    const bool keep_alive = parser.get().keep_alive();
    auto request = to_request(parser.release());
    const bool accepts_gzip = request.header("accept-encoding").find("gzip") != std::string_view::npos;

    auto response = handler(request);
    if (response.delay.count() > 0) {
      Timer timer(io, response.delay);
      co_await timer.async_wait(kAwait);
    }
    if (response.broken == Break::Reset) {
      reset(stream);
      co_return false;
    }
    const auto broken = response.broken;
    auto message = to_message(std::move(response), accepts_gzip, keep_alive && broken == Break::None);
    if (request.method == "HEAD") message.body().clear();
    if (broken == Break::Truncate) {
      const auto half = message.body().size() / 2;
      std::string body = message.body().substr(0, half);
      message.body().clear();  // the header has promised all of it
      http::response_serializer<http::string_body> serializer(message);
      co_await http::async_write_header(stream, serializer, kAwait);
      co_await asio::async_write(stream, asio::buffer(body), kAwait);
      boost::system::error_code ignored;
      stream.next_layer().close(ignored);
      co_return false;
    }
    co_await http::async_write(stream, message, kAwait);
    co_return message.keep_alive();
  }

  Task serve(Socket socket) {
    Stream stream(std::move(socket), tls);
    try {
      stream.next_layer().set_option(asio::ip::tcp::no_delay(true));
      co_await stream.async_handshake(asio::ssl::stream_base::server, kAwait);
      boost::beast::flat_buffer buffer;
      while (co_await answer(stream, buffer)) {
      }
      if (stream.next_layer().is_open()) co_await stream.async_shutdown(kAwait);
    } catch (const std::exception&) {
      // The other side went away or spoke no HTTP: nothing to tell anybody.
    }
  }

  Task accept() {
    for (;;) {
      auto socket = co_await acceptor.async_accept(kAwait);
      asio::co_spawn(io.get_executor(), serve(std::move(socket)), asio::detached);
    }
  }
};

Listener::Listener(std::unique_ptr<State> state) : state_(std::move(state)) {}

Listener::~Listener() {
  state_->io.stop();
  for (auto& thread : state_->threads) thread.join();
}

std::uint16_t Listener::port() const { return state_->acceptor.local_endpoint().port(); }

Result<std::unique_ptr<Listener>> Listener::start(const std::string& address, std::uint16_t port,
                                                  const Identity& identity, unsigned threads, Handler handler) {
  auto state = std::make_unique<State>();
  state->handler = std::move(handler);
  try {
    state->tls.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                           asio::ssl::context::no_tlsv1_1);
    state->tls.use_certificate_chain(asio::buffer(identity.certificate));
    state->tls.use_private_key(asio::buffer(identity.key.private_pem()), asio::ssl::context::pem);
    const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(address), port);
    state->acceptor.open(endpoint.protocol());
    state->acceptor.set_option(asio::socket_base::reuse_address(true));
    state->acceptor.bind(endpoint);
    state->acceptor.listen(1024);
  } catch (const std::exception& thrown) {
    return Error{ErrorCode::Network,
                 "cannot listen on `" + address + ":" + std::to_string(port) + "`: " + thrown.what(),
                 "choose a free port, or 0 for any"};
  }
  asio::co_spawn(state->io.get_executor(), state->accept(), asio::detached);
  for (unsigned i = 0; i < std::max(1U, threads); ++i) state->threads.emplace_back([io = &state->io] { io->run(); });
  return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

}  // namespace assay::sim::server
