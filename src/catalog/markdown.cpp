#include "catalog/markdown.h"

#include <array>
#include <map>

#include <fmt/format.h>

#include "base/text.h"

namespace assay::catalog {
namespace {

// Outside of backticks. A list's own sign at the beginning of a line stays.
std::string escaped(std::string_view text) {
  std::string out;
  bool code = false;
  bool line_start = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '`') code = !code;
    const bool sign = line_start && c == '*' && i + 1 < text.size() && text[i + 1] == ' ';
    if (!code && !sign && (c == '<' || c == '*' || c == '[')) out += '\\';
    out += c;
    line_start = c == '\n' || (line_start && c == ' ');
  }
  return out;
}

std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? ' ' : c;
  return out;
}

}  // namespace

Markdown::Markdown(Form form, int depth) : form_(form) {
  for (int i = 0; i < depth; ++i) root_ += "../";
}

void Markdown::heading(int level, std::string_view text) {
  if (!out_.empty()) out_ += '\n';
  out_ += std::string(static_cast<std::size_t>(level), '#') + ' ' + std::string(text) + '\n';
}

void Markdown::paragraph(std::string_view text) {
  if (!out_.empty()) out_ += '\n';
  out_ += std::string(text) + '\n';
}

void Markdown::items(const std::vector<std::string>& items) {
  if (items.empty()) return;
  out_ += '\n';
  for (const auto& item : items) out_ += "- " + item + '\n';
}

void Markdown::prose(std::string_view text) { paragraph(this->text(text::trim(text))); }

void Markdown::block(std::string_view language, std::string_view code) {
  out_ += fmt::format("\n```{}\n{}\n```\n", language, text::trim(code));
}

void Markdown::table(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows) {
  out_ += "\n|";
  for (const auto& cell : head) out_ += ' ' + cell + " |";
  out_ += "\n|";
  for (std::size_t i = 0; i < head.size(); ++i) out_ += " --- |";
  out_ += '\n';
  for (const auto& row : rows) {
    out_ += '|';
    for (const auto& cell : row) {
      out_ += ' ';
      for (const char c : one_line(cell)) out_ += c == '|' ? "\\|" : std::string(1, c);
      out_ += " |";
    }
    out_ += '\n';
  }
}

std::string Markdown::text(std::string_view text) const {
  return form_ == Form::Linked ? escaped(text) : std::string(text);
}

std::string Markdown::link(std::string_view text, std::string_view path) const {
  if (form_ == Form::Plain) return std::string(text);
  return fmt::format("[{}]({}{})", escaped(text), root_, path);
}

std::string Markdown::code(std::string_view text) { return fmt::format("`{}`", text); }

std::string Markdown::codes(const std::vector<std::string>& list, std::string_view separator) const {
  std::vector<std::string> out;
  for (const auto& item : list) out.push_back(code(item));
  return text::join(out, separator);
}

std::string path_of(const Control& control) { return fmt::format("controls/{}/{}.md", control.service, control.id); }
std::string path_of(const Framework& framework) { return fmt::format("frameworks/{}.md", framework.id); }
std::string path_of(const Topic& topic) { return "topics.md#" + anchor(topic.title); }
std::string path_of(const View& view) { return "views.md#" + anchor(view.name); }
std::string path_of_tables(std::string_view service) { return fmt::format("tables/{}.md", service); }

std::string path_of_table(const Catalogue& catalogue, std::string_view name) {
  const auto* parent = catalogue.parent_of(name);
  const auto* table = parent == nullptr ? catalogue.table(name) : parent;
  return table == nullptr ? std::string() : path_of_tables(table->service) + "#" + anchor(name);
}

std::string values_of(const Catalogue& catalogue, const Setting& setting) {
  std::map<Json, std::vector<std::string>> others;
  for (const auto& profile : catalogue.profiles) {
    const auto said = catalogue.said_by(profile.id);
    const auto value = said.find(setting.name);
    if (value != said.end() && value->second != setting.value)
      others[value->second].push_back(Markdown::code(profile.id));
  }
  auto out = Markdown::code(setting.value.dump());
  for (const auto& [value, profiles] : others)
    out += fmt::format("; {} with {}", Markdown::code(value.dump()), text::join(profiles, ", "));
  return out;
}

std::string anchor(std::string_view heading) {
  std::string out;
  for (const char c : text::lower(heading)) {
    if (c == ' ') out += '-';
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_') out += c;
  }
  return out;
}

std::string_view product(std::string_view service) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 13> products{{
      {"entra", "Microsoft Entra ID"},
      {"exchange", "Exchange Online"},
      {"defender-office", "Defender for Office 365"},
      {"sharepoint", "SharePoint and OneDrive"},
      {"teams", "Microsoft Teams"},
      {"defender-endpoint", "Defender for Endpoint"},
      {"intune", "Microsoft Intune"},
      {"cloud-apps", "Defender for Cloud Apps"},
      {"defender-identity", "Defender for Identity"},
      {"purview", "Microsoft Purview"},
      {"power-platform", "Power Platform"},
      {"fabric", "Microsoft Fabric and Power BI"},
      {"m365", "Microsoft 365"},
  }};
  for (const auto& [id, title] : products)
    if (id == service) return title;
  return service;
}

}  // namespace assay::catalog
