#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// ASCII-only case rules, on purpose: property names, enumerations, ids and domain names are ASCII, and the answer
// must not depend on a locale.
namespace assay::text {

std::string lower(std::string_view s);
bool iequals(std::string_view a, std::string_view b);
bool istarts_with(std::string_view s, std::string_view prefix);
std::string_view trim(std::string_view s);  // blanks, tabs and line ends
std::vector<std::string_view> split(std::string_view s, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

// At most `bytes` long, cut at a character boundary with an ellipsis (without one where it has no room).
std::string shorten(std::string_view s, std::size_t bytes);

bool is_utf8(std::string_view s);  // well-formed: no overlong forms, no surrogates

// Control characters and broken UTF-8 made visible as \xNN: safe to print on a terminal.
std::string printable(std::string_view s);

// Appends `s` as a JSON string with its quotes.
void append_json_string(std::string& out, std::string_view s);

// "1 policy", "2 policies": the plural given, not guessed.
std::string count(std::size_t n, std::string_view one, std::string_view many);

// "policies" for "policy", "statuses" for "status": enough for the units that controls count in.
std::string plural(std::string_view noun);

}  // namespace assay::text
