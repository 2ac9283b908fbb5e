#include "sim/server/dns_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "sim/server/dns_message.h"

namespace assay::sim::server {
namespace {

std::string query(std::string_view name, std::string_view type, std::size_t edns = 0) {
  std::string out("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00", 11);
  out.push_back(edns > 0 ? 1 : 0);
  for (const auto label : text::split(name, '.')) {
    out.push_back(static_cast<char>(label.size()));
    out.append(label);
  }
  out.push_back('\0');
  out.push_back('\0');
  out.push_back(static_cast<char>(dns_type(type)));
  out.append("\x00\x01", 2);
  if (edns > 0) {
    out.append("\x00\x00\x29", 3);
    out.push_back(static_cast<char>(edns >> 8));
    out.push_back(static_cast<char>(edns));
    out.append(6, '\0');
  }
  return out;
}

int rcode(const std::string& answer) { return answer[3] & 15; }
bool truncated(const std::string& answer) { return (answer[2] & 2) != 0; }
int answers(const std::string& answer) { return answer[7]; }

class DnsServerTest : public testing::Test {
 protected:
  DnsServerTest()
      : tenant(options()), server(std::move(*DnsServer::start("127.0.0.1", 0, [this](auto name, auto type, auto& out) {
          return tenant.dns(name, type, out);
        }))) {}
  static TenantOptions options() {
    TenantOptions out;
    out.users = 20;
    return out;
  }
  sockaddr_in address() const {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(server->port());
    inet_pton(AF_INET, "127.0.0.1", &out.sin_addr);
    return out;
  }
  std::string udp(const std::string& packet) const {
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    const auto to = address();
    sendto(fd, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    std::string out(4096, '\0');
    const auto n = recv(fd, out.data(), out.size(), 0);
    close(fd);
    out.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return out;
  }
  std::string tcp(const std::string& packet) const {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    const auto to = address();
    EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    std::string framed{static_cast<char>(packet.size() >> 8), static_cast<char>(packet.size())};
    framed += packet;
    send(fd, framed.data(), framed.size(), 0);
    std::string out(2, '\0');
    EXPECT_EQ(recv(fd, out.data(), 2, MSG_WAITALL), 2);
    out.resize(static_cast<std::size_t>(static_cast<unsigned char>(out[0]) << 8 | static_cast<unsigned char>(out[1])));
    recv(fd, out.data(), out.size(), MSG_WAITALL);
    close(fd);
    return out;
  }

  Tenant tenant;
  std::unique_ptr<DnsServer> server;
};

TEST_F(DnsServerTest, AnswersAreTheTenantsOverUdpAndTcp) {
  const auto domain = tenant.initial_domain();
  const auto packet = query(domain, "MX");
  const auto answer = udp(packet);

  ASSERT_GE(answer.size(), 12U);
  EXPECT_EQ(answer.substr(0, 2), packet.substr(0, 2));
  EXPECT_EQ(rcode(answer), 0);
  EXPECT_EQ(tcp(packet), answer);
}

TEST_F(DnsServerTest, ANameThatIsNotThereIsSaidToBeSo) {
  const auto answer = udp(query("nothing.nowhere.example", "TXT"));

  EXPECT_EQ(rcode(answer), 3);
  EXPECT_EQ(answers(answer), 0);
}

TEST_F(DnsServerTest, AnAliasIsFollowedOnceToItsEnd) {
  const auto answer = udp(query("autodiscover.contoso.com", "A", 1232));

  ASSERT_EQ(rcode(answer), 0);
  EXPECT_EQ(answers(answer), 2);  // the CNAME, and the address of what it names
}

TEST(DnsMessageTest, RecordsTakeTheirWireForm) {
  EXPECT_EQ(record_data({"TXT", {"ab", "c"}}), std::string("\x02"
                                                           "ab\x01"
                                                           "c"));
  EXPECT_EQ(record_data({"MX", {"10 a.b"}}), std::string("\x00\x0a\x01"
                                                         "a\x01"
                                                         "b\x00",
                                                         7));
  EXPECT_EQ(record_data({"A", {"1.2.3.4"}}), std::string("\x01\x02\x03\x04"));
  EXPECT_EQ(record_data({"A", {"nonsense"}}), std::nullopt);
  EXPECT_EQ(record_data({"TXT", {std::string(300, 'x')}})->size(), 302U);
}

TEST(DnsMessageTest, WhatDoesNotFitIsCutAndSaysSo) {
  const auto question = read_question(query("contoso.com", "TXT"));
  ASSERT_TRUE(question);
  EXPECT_EQ(question->name, "contoso.com");
  const std::vector<DnsAnswer> many(3, {"contoso.com", 16, std::string(250, 'x')});

  EXPECT_TRUE(truncated(write_answer(*question, 0, many, question->most)));
  EXPECT_FALSE(truncated(write_answer(*question, 0, many, 0)));
  const auto roomy = read_question(query("contoso.com", "TXT", 1232));
  ASSERT_TRUE(roomy);
  EXPECT_EQ(roomy->most, 1232U);
  EXPECT_FALSE(truncated(write_answer(*roomy, 0, many, roomy->most)));
}

TEST(DnsMessageTest, PacketsThatAreNoQuestionsAreRefused) {
  EXPECT_FALSE(read_question(""));
  EXPECT_FALSE(read_question(std::string(12, '\0')));
  auto broken = query("contoso.com", "TXT");
  broken[12] = 60;
  EXPECT_FALSE(read_question(broken));
}

}  // namespace
}  // namespace assay::sim::server
