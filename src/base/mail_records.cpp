#include "base/mail_records.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace assay::mail_records {

std::optional<std::string_view> tag(std::string_view record, std::string_view name) {
  for (std::size_t begin = 0; begin < record.size();) {
    const auto end = std::min(record.find(';', begin), record.size());
    const auto part = record.substr(begin, end - begin);
    begin = end + 1;
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    if (text::iequals(text::trim(part.substr(0, equals)), name)) return text::trim(part.substr(equals + 1));
  }
  return std::nullopt;
}

bool is_version(std::string_view record, std::string_view version) {
  constexpr std::string_view spf = "v=spf1";
  if (text::iequals(version, spf.substr(2)))
    return text::istarts_with(record, spf) && (record.size() == spf.size() || record[spf.size()] == ' ');
  return (record.starts_with("v=") || record.starts_with("v ")) && tag(record, "v") == version;
}

std::optional<Spf> parse_spf(std::string_view record) {
  constexpr std::array<std::string_view, 8> mechanisms{"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"};
  constexpr std::array<std::string_view, 5> querying{"include", "a", "mx", "ptr", "exists"};
  std::vector<std::string_view> terms;
  for (const auto term : text::split(record, ' '))
    if (!text::trim(term).empty()) terms.push_back(text::trim(term));
  if (terms.empty() || !text::iequals(terms[0], "v=spf1")) return std::nullopt;
  Spf spf;
  for (auto term : std::vector(terms.begin() + 1, terms.end())) {
    const auto word = term.substr(0, term.find_first_of(":/="));
    if (term.size() > word.size() && term[word.size()] == '=') {  // a modifier: name=value, unknown ones are ignored
      if (text::iequals(word, "redirect") && spf.redirect.empty())
        spf.redirect = text::lower(term.substr(word.size() + 1));
      continue;
    }
    char qualifier = '+';
    auto name = word;
    if (!name.empty() && std::string_view("+-~?").find(name[0]) != std::string_view::npos) {
      qualifier = name[0];
      name.remove_prefix(1);
    }
    const auto known =
        std::find_if(mechanisms.begin(), mechanisms.end(), [&](auto m) { return text::iequals(m, name); });
    if (known == mechanisms.end()) {
      spf.unknown.emplace_back(term);
      continue;
    }
    if (!spf.all.empty()) continue;  // what stands behind `all` is never asked
    if (*known == "all") spf.all = std::string(1, qualifier) + "all";
    if (std::find(querying.begin(), querying.end(), *known) != querying.end()) ++spf.lookups;
  }
  if (spf.all.empty() && !spf.redirect.empty()) ++spf.lookups;
  return spf;
}

}  // namespace assay::mail_records
