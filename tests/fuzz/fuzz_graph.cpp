
#include "fuzz.h"
#include "import/graph.h"
#include "snapshot/byte_source.h"

using namespace assay;

namespace {

const catalog::Catalogue& graph_catalogue() {
  static const auto catalogue = [] {
    const auto& files = fuzz::folder();
    files.write("graph/tables/users.yaml", R"yaml(
table: users
service: entra
about: Members that are asked for by name.
key: [id]
source: {service: graph, path: /users, query: {$select: [id, accountEnabled], $expand: manager}}
columns: [{name: id}, {name: account_enabled, pointer: /accountEnabled, type: boolean}]
children: [{table: user_tags, about: Tags., pointer: /tags, columns: [{name: tag, pointer: /}]}]
)yaml");
    files.write("graph/tables/members.yaml", R"yaml(
table: members
service: entra
about: One request for each user.
key: [user_id, id]
source: {service: graph, path: "/users/{id}/members", each: {table: users, columns: [id]}}
columns: [{name: user_id, pointer: "@id"}, {name: id}]
)yaml");
    files.write("graph/tables/rules.yaml", R"yaml(
table: rules
service: entra
about: Some objects, with a row in the filter.
key: [id]
source: {service: graph, path: /policies/rules, query: {$filter: "scope eq '{id}' and kind in ('a','b')"}, each: {table: users, columns: [id]}, rows: /parts}
columns: [{name: user_id, pointer: "@id"}, {name: id}]
)yaml");
    files.write("graph/tables/derived.yaml", R"yaml(
table: named
service: entra
about: Worked out.
key: [id]
source: {needs: [users, members], sql: SELECT id FROM users WHERE id IN (SELECT user_id FROM members)}
columns: [{name: id}]
)yaml");
    std::vector<catalog::Problem> problems;
    auto read = catalog::read_directories({files.path() / "graph"}, problems);
    fuzz::must(read.has_value() && problems.empty(), "the catalogue is sound");
    return std::move(read).take();
  }();
  return catalogue;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Files, each its name in a line and then its bytes, with a line of `%%%` between them.
  constexpr std::string_view kBorder = "\n%%%\n";
  auto rest = fuzz::text_of(data, size);
  std::vector<import::GraphFile> files;
  while (!rest.empty() && files.size() < 8) {
    const auto border = rest.find(kBorder);
    const auto file = rest.substr(0, border);
    rest = border == std::string_view::npos ? "" : rest.substr(border + kBorder.size());
    const auto line = file.find('\n');
    if (line == std::string_view::npos) continue;
    const std::string name(file.substr(0, line));
    files.push_back({name, name, [bytes = file.substr(line + 1)]() -> Result<std::unique_ptr<snapshot::ByteSource>> {
                       return std::unique_ptr<snapshot::ByteSource>(std::make_unique<snapshot::MemorySource>(bytes));
                     }});
  }
  if (files.empty()) return 0;
  snapshot::Evidence evidence;
  fuzz::must(snapshot::create_tables(evidence.db, graph_catalogue()).has_value(), "the tables can be made");
  const auto read = import::read_graph(files, graph_catalogue(), evidence, {});
  if (!read) {
    fuzz::must(!read.error().message.empty(), "an error has a message");
    return 0;
  }
  for (const auto& table : graph_catalogue().tables) {
    const auto* coverage = evidence.find(table.name);
    fuzz::must(coverage != nullptr, "every table is spoken of");
    const auto count = evidence.db.value("SELECT count(*) FROM " + table.name);
    fuzz::must(count.has_value(), "the tables can be read");
    const bool collected = coverage->state == snapshot::State::Collected;
    fuzz::must(collected == coverage->detail.empty(), "a table that is not collected says why");
    fuzz::must(**count == std::to_string(coverage->rows), "what was not collected is not there");
  }
  return 0;
}
