#include "sim/server/dns_message.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include <arpa/inet.h>

#include "base/text.h"

namespace assay::sim::server {
namespace {

constexpr std::array<std::pair<std::string_view, std::uint16_t>, 12> kTypes{{{"A", 1},
                                                                             {"NS", 2},
                                                                             {"CNAME", 5},
                                                                             {"SOA", 6},
                                                                             {"PTR", 12},
                                                                             {"MX", 15},
                                                                             {"TXT", 16},
                                                                             {"AAAA", 28},
                                                                             {"SRV", 33},
                                                                             {"DS", 43},
                                                                             {"DNSKEY", 48},
                                                                             {"TLSA", 52}}};
constexpr std::uint16_t kTypeOpt = 41;
constexpr std::uint32_t kTimeToLive = 300;

void put16(std::string& out, unsigned value) {
  out.push_back(static_cast<char>(value >> 8));
  out.push_back(static_cast<char>(value));
}

unsigned get16(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned>(static_cast<unsigned char>(bytes[at]) << 8 | static_cast<unsigned char>(bytes[at + 1]));
}

std::optional<std::string> name_data(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  std::string out;
  if (!name.empty()) {
    for (const auto label : text::split(name, '.')) {
      if (label.empty() || label.size() > 63) return std::nullopt;
      out.push_back(static_cast<char>(label.size()));
      out.append(label);
    }
  }
  out.push_back('\0');
  if (out.size() > 255) return std::nullopt;
  return out;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2)
    out.push_back(static_cast<char>(std::strtoul(std::string(text.substr(i, 2)).c_str(), nullptr, 16)));
  return out;
}

}  // namespace

std::uint16_t dns_type(std::string_view name) {
  for (const auto& [known, number] : kTypes)
    if (text::iequals(known, name)) return number;
  return 0;
}

std::string_view dns_type_name(std::uint16_t type) {
  for (const auto& [known, number] : kTypes)
    if (number == type) return known;
  return "";
}

std::optional<DnsQuestion> read_question(std::string_view packet) {
  constexpr std::size_t kHeader = 12;
  if (packet.size() < kHeader + 5 || (packet[2] & 0x80) != 0 || get16(packet, 4) != 1) return std::nullopt;
  DnsQuestion out;
  out.id = static_cast<std::uint16_t>(get16(packet, 0));
  out.recursion_desired = (packet[2] & 1) != 0;
  std::size_t at = kHeader;
  while (at < packet.size() && packet[at] != 0) {
    const auto size = static_cast<unsigned char>(packet[at]);
    if (size > 63 || at + 1 + size >= packet.size()) return std::nullopt;
    if (!out.name.empty()) out.name += '.';
    out.name += text::lower(packet.substr(at + 1, size));
    at += 1U + size;
  }
  if (at + 5 > packet.size()) return std::nullopt;
  out.type = static_cast<std::uint16_t>(get16(packet, at + 1));
  at += 5;
  out.raw = packet.substr(kHeader, at - kHeader);
  // EDNS stands first among the additional records of every client: a root name, OPT, and the size it takes.
  const bool additional = get16(packet, 10) > 0 && get16(packet, 6) == 0 && get16(packet, 8) == 0;
  if (additional && at + 11 <= packet.size() && packet[at] == 0 && get16(packet, at + 1) == kTypeOpt) {
    out.edns = true;
    out.most = std::max<std::size_t>(512, get16(packet, at + 3));
  }
  return out;
}

std::optional<std::string> record_data(const DnsRecord& record) {
  if (record.data.empty()) return std::nullopt;
  const auto& first = record.data.front();
  std::string out;
  if (record.type == "TXT") {
    for (std::string_view text : record.data) {
      do {  // a string has at most 255 bytes
        const auto part = text.substr(0, 255);
        out.push_back(static_cast<char>(part.size()));
        out.append(part);
        text.remove_prefix(part.size());
      } while (!text.empty());
    }
    return out;
  }
  if (record.type == "CNAME" || record.type == "NS" || record.type == "PTR") return name_data(first);
  if (record.type == "A" || record.type == "AAAA") {
    unsigned char bytes[16];
    const bool four = record.type == "A";
    if (inet_pton(four ? AF_INET : AF_INET6, first.c_str(), bytes) != 1) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(bytes), four ? 4 : 16);
  }
  std::vector<std::string> words;
  for (const auto word : text::split(first, ' '))
    if (!word.empty()) words.emplace_back(word);
  const auto number = [&](std::size_t i) { return static_cast<unsigned>(std::atoi(words[i].c_str())); };
  if (record.type == "MX" && words.size() == 2) {
    put16(out, number(0));
    const auto host = name_data(words[1] == "." ? std::string_view() : std::string_view(words[1]));
    if (!host) return std::nullopt;
    return out + *host;
  }
  if (record.type == "SRV" && words.size() == 4) {
    for (std::size_t i = 0; i < 3; ++i) put16(out, number(i));
    const auto host = name_data(words[3]);
    if (!host) return std::nullopt;
    return out + *host;
  }
  if (record.type == "TLSA" && words.size() == 4) {
    for (std::size_t i = 0; i < 3; ++i) out.push_back(static_cast<char>(number(i)));
    const auto hash = from_hex(words[3]);
    if (!hash) return std::nullopt;
    return out + *hash;
  }
  return std::nullopt;
}

std::string write_answer(const DnsQuestion& question, int rcode, const std::vector<DnsAnswer>& answers,
                         std::size_t limit) {
  std::string records;
  std::size_t count = 0;
  for (const auto& answer : answers) {
    const auto owner = name_data(answer.name);
    if (!owner || answer.data.size() > 0xffff) continue;
    records += *owner;
    put16(records, answer.type);
    put16(records, 1);
    put16(records, kTimeToLive >> 16);
    put16(records, kTimeToLive & 0xffff);
    put16(records, static_cast<unsigned>(answer.data.size()));
    records += answer.data;
    ++count;
  }
  std::string edns;
  if (question.edns) {
    edns.push_back('\0');
    put16(edns, kTypeOpt);
    put16(edns, 1232);
    put16(edns, 0);
    put16(edns, 0);
    put16(edns, 0);
  }
  const bool cut = limit > 0 && 12 + question.raw.size() + records.size() + edns.size() > limit;
  std::string out;
  put16(out, question.id);
  constexpr unsigned kResponse = 0x8000;
  constexpr unsigned kAuthoritative = 0x0400;
  constexpr unsigned kTruncated = 0x0200;
  constexpr unsigned kRecursionAvailable = 0x0080;
  // Clients that ask a resolver expect one: this server answers for all names there are.
  put16(out, kResponse | kAuthoritative | (cut ? kTruncated : 0) | (question.recursion_desired ? 0x0100U : 0) |
                 kRecursionAvailable | static_cast<unsigned>(rcode));
  put16(out, 1);
  put16(out, cut ? 0 : static_cast<unsigned>(count));
  put16(out, 0);
  put16(out, question.edns ? 1 : 0);
  out += question.raw;
  if (!cut) out += records;
  return out + edns;
}

}  // namespace assay::sim::server
