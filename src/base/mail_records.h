#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The DNS records that protect mail, parsed by their grammars and never matched as substrings.
namespace assay::mail_records {

// The value of a tag in a tag list (DMARC: RFC 7489 section 6.4, DKIM: RFC 6376 section 3.2, MTA-STS, TLS-RPT):
// `v=DMARC1; p=reject`. Names compare without case, the first of a name counts, blanks around are not part of it.
// The value is a part of `record`.
std::optional<std::string_view> tag(std::string_view record, std::string_view name);

// Whether it is a record of that version, such as `DMARC1`, `DKIM1` or `spf1`: a tag list begins with its `v`, an SPF
// record with its first word (RFC 7208 section 4.5).
bool is_version(std::string_view record, std::string_view version);

// An SPF record (RFC 7208) taken apart.
struct Spf {
  std::string all;          // the `all` mechanism with its qualifier: `-all`, `~all`, `?all`, `+all`; empty without one
  std::string redirect;     // the domain of `redirect=`, which counts only without `all`; empty without one
  std::size_t lookups = 0;  // mechanisms and modifiers that cost a DNS query (section 4.6.4: at most 10)
  std::vector<std::string> unknown;  // terms that are no mechanism: a permanent error for receivers
};

// nullopt when the text is not an SPF record at all (its first word is not `v=spf1`).
std::optional<Spf> parse_spf(std::string_view record);

}  // namespace assay::mail_records
