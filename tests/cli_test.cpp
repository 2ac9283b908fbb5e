// The program as scripts and people meet it: help, formats, colours, widths, exit codes.
#include <algorithm>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/temporary_folder.h"
#include "cli/output.h"
#include "program.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

using Words = std::vector<std::string>;

constexpr std::string_view kExport =
    R"({"tenant_id": "t-1", "tenant_details": {"DisplayName": "Contoso é, \"Ltd\""}, "module_version": "1.8.0",
  "timestamp_zulu": "2026-05-04T17:15:48.307Z", "scuba_config": {"ProductNames": ["aad", "exo", "sharepoint"]},
  "conditional_access_policies": [{"Id": "p1", "DisplayName": "=Block legacy, \"all\"", "State": "enabled"}, {"Id": "p2", "DisplayName": "two", "State": "disabled"}],
  "privileged_users": {"u1": {"DisplayName": "Ann", "roles": ["Global Administrator"]}}, "domain_settings": [{"Id": "contoso.example", "PasswordValidityPeriodInDays": 90}],
  "SPO_tenant": [{"SharingCapability": 2}], "remote_domains": [], "exo_unsuccessful_commands": ["Get-TransportConfig"]})";
constexpr std::string_view kScores =
    R"([{"id": "t_2026-05-03", "createdDateTime": "2026-05-03T00:00:00Z", "maxScore": 10, "currentScore": 1,
    "controlScores": [{"controlName": "A,b", "score": 1}]},
  {"id": "t_2026-05-04", "createdDateTime": "2026-05-04T00:00:00Z", "maxScore": 10, "currentScore": 3, "controlScores": [{"controlName": "A,b", "score": 3}]}])";

class CliTest : public testing::Test {
 protected:
  CliTest() {
    folder_.write("export.json", kExport);
    folder_.write("scores.json", kScores);
    options_.folder = folder_.path();
  }

  assay::Run run(Words words) const { return run_assay(words, options_); }

  assay::Run good(Words words, const Words& more = {}) const {
    words.insert(words.end(), more.begin(), more.end());
    auto done = run_assay(words, options_);
    EXPECT_EQ(done.exit_code, 0) << testing::PrintToString(words) << "\n" << done.err;
    return done;
  }

  TemporaryFolder folder_;
  RunOptions options_;
};

// Commands that print data, in every format.
const std::vector<Words> kPrinting{
    {"assess", "export.json"},
    {"actions", "export.json"},
    {"compliance", "export.json", "-f", "scuba"},
    {"explain", "entra.block-legacy-auth", "--in", "export.json"},
    {"query", "export.json",
     "SELECT id, display_name, NULL AS missing, 1.5 AS number FROM conditional_access_policies"},
    {"import", "export.json", "--snapshot", "x.assay"},
    {"official", "scores.json"},
    {"catalog", "list"},
    {"catalog", "frameworks"},
    {"catalog", "test", "entra.block-legacy-auth"},
    {"catalog", "check"},
    {"catalog", "show", "conditional_access_policies"},
};

// Every command, found through the help of the program itself: `assess`, `catalog check`, …
std::vector<Words> all_commands(const Words& above = {}) {
  auto words = above;
  words.emplace_back("--help");
  std::vector<Words> out;
  bool listed = false;
  for (const auto& line : lines(run_assay(words).out)) {
    if (line.ends_with("ubcommands:")) {
      listed = true;
    } else if (listed && line.starts_with("  ") && line.size() > 2 && line[2] != ' ') {
      auto command = above;
      command.push_back(line.substr(2, line.find(' ', 2) - 2));
      out.push_back(command);
      for (auto& below : all_commands(command)) out.push_back(std::move(below));
    } else if (line.empty() || line[0] != ' ') {
      listed = false;
    }
  }
  return out;
}

TEST_F(CliTest, TheHelpOfEveryCommandHasAnExample) {
  const auto commands = all_commands();
  EXPECT_GE(commands.size(), 14U);
  for (auto command : commands) {
    std::string example = "  assay";
    for (const auto& word : command) example += " " + word;
    command.emplace_back("--help");
    const auto help = good(command);
    EXPECT_THAT(help.out, HasSubstr("\nExample")) << example;
    if (command.size() == 2) {
      EXPECT_THAT(help.out, testing::AnyOf(HasSubstr(example + " "), HasSubstr(example + "\n"),
                                           HasSubstr("(" + example.substr(2))))
          << example;
    }
    EXPECT_THAT(help.err, IsEmpty());
  }
}

TEST_F(CliTest, TheHelpOfTheProgramListsItsExitCodes) {
  EXPECT_THAT(good({"--help"}).out, HasSubstr("Exit codes: 0 done, 1 a threshold was missed, 2 usage, 3 input "
                                              "unreadable or invalid, 4 not permitted, 5 network, 70 a bug."));
  EXPECT_THAT(good({"--version"}).out, testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST_F(CliTest, JsonParses) {
  for (const auto& command : kPrinting) {
    const auto done = good(command, {"-o", "json"});
    const auto json = Json::parse(done.out, nullptr, false);
    EXPECT_TRUE(json.is_object() || json.is_array()) << testing::PrintToString(command) << "\n"
                                                     << done.out.substr(0, 300);
  }
  const auto rows = Json::parse(good(kPrinting[4], {"--output", "JSON"}).out);
  EXPECT_EQ(rows[0].dump(), R"({"id":"p1","display_name":"=Block legacy, \"all\"","missing":null,"number":1.5})");
}

// Comma-separated values after RFC 4180.
std::vector<Words> parse_csv(const std::string& text) {
  std::vector<Words> out(1, Words(1));
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    auto& cell = out.back().back();
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      cell += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == ',') {
      out.back().emplace_back();
    } else if (!quoted && c == '\n') {
      out.emplace_back(1);
    } else {
      cell += c;
    }
  }
  EXPECT_FALSE(quoted);
  EXPECT_EQ(out.back(), Words(1)) << "the last line has no end";
  out.pop_back();
  return out;
}

TEST_F(CliTest, CsvParses) {
  for (const auto& command : kPrinting) {
    const auto rows = parse_csv(good(command, {"-o", "csv"}).out);
    ASSERT_FALSE(rows.empty()) << testing::PrintToString(command);
    EXPECT_GE(rows[0].size(), 2U) << testing::PrintToString(command);
    EXPECT_THAT(rows[0], Each(Not(IsEmpty()))) << testing::PrintToString(command) << ": a column without a name";
    EXPECT_THAT(rows, Each(testing::SizeIs(rows[0].size()))) << testing::PrintToString(command);
  }
  // A spreadsheet must not take a cell for a formula.
  EXPECT_EQ(parse_csv(good(kPrinting[4], {"-o", "csv"}).out)[1], (Words{"p1", "'=Block legacy, \"all\"", "", "1.5"}));
}

// A bare root without /dev/pts has none.
bool has_terminals() {
  const int end = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (end >= 0) ::close(end);
  return end >= 0;
}

TEST_F(CliTest, OnlyATerminalIsColoured) {
  auto commands = kPrinting;
  commands.push_back({"demo", "export.json"});
  for (const auto& command : commands) {
    const auto piped = good(command);
    EXPECT_THAT(piped.out + piped.err, Not(HasSubstr("\x1b"))) << testing::PrintToString(command);
  }
  if (!has_terminals()) GTEST_SKIP() << "there are no terminals on this machine";
  options_.terminal = true;
  options_.environment = {{"TERM", "xterm"}};
  EXPECT_THAT(good({"assess", "export.json"}).out, HasSubstr("\x1b[1m"));
  options_.environment = {{"TERM", "xterm"}, {"NO_COLOR", "1"}};
  EXPECT_THAT(good({"assess", "export.json"}).out, Not(HasSubstr("\x1b")));
  options_.environment = {{"TERM", "dumb"}};
  EXPECT_THAT(good({"assess", "export.json"}).out, Not(HasSubstr("\x1b")));
}

TEST_F(CliTest, DataIsNeverColoured) {
  if (!has_terminals()) GTEST_SKIP() << "there are no terminals on this machine";
  options_.terminal = true;
  options_.environment = {{"TERM", "xterm"}};
  for (const auto* format : {"json", "csv"})
    EXPECT_THAT(good({"assess", "export.json"}, {"-o", format}).out, Not(HasSubstr("\x1b"))) << format;
}

TEST_F(CliTest, TablesFitANarrowTerminal) {
  auto commands = kPrinting;
  commands.push_back({"demo", "export.json"});
  for (const auto* columns : {"120", "80", "60"}) {
    options_.environment = {{"COLUMNS", columns}};
    for (const auto& command : commands) {
      if (command[0] == "explain") continue;  // shows SQL as it is
      for (const auto& line : lines(good(command).out))
        EXPECT_LE(cli::display_width(line), std::stoul(columns)) << testing::PrintToString(command) << "\n" << line;
    }
  }
}

TEST_F(CliTest, ASillyWidthIsNotTaken) {
  for (const auto* columns : {"0", "3", "-5", "wide", ""}) {
    options_.environment = {{"COLUMNS", columns}};
    EXPECT_FALSE(good({"catalog", "frameworks"}).out.empty()) << columns;
  }
}

TEST_F(CliTest, CompletionScriptsAreValid) {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const auto script = folder_.write("completion." + shell, good({"completion", shell}).out);
    EXPECT_GT(fs::file_size(script), 500U) << shell;
    if (shell == "fish") continue;
    const auto checked = run_program("bash", {"-n", script});
    EXPECT_EQ(checked.exit_code, 0) << shell << ": " << checked.err;
  }
  const auto unknown = run({"completion", "tcsh"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, StartsWith("error: "));
}

TEST_F(CliTest, CompletionOffersCommandsAndOptions) {
  const auto script = folder_.write("completion.bash", good({"completion", "bash"}).out);
  const auto offers = [&](const Words& typed) {
    std::string words;
    for (const auto& word : typed) words += " '" + word + "'";
    const auto done = run_program("bash", {"--norc", "-c",
                                           ". '" + script.string() + "'; COMP_WORDS=(" + words +
                                               "); COMP_CWORD=" + std::to_string(typed.size() - 1) +
                                               "; _assay; printf '%s\\n' \"${COMPREPLY[@]}\""});
    return lines(done.out);
  };
  EXPECT_THAT(offers({"assay", "ass"}), testing::ElementsAre("assess"));
  EXPECT_THAT(offers({"assay", "catalog", "fr"}), testing::ElementsAre("frameworks"));
  EXPECT_THAT(offers({"assay", "assess", "--fail"}), testing::ElementsAre("--fail-under"));
}

TEST_F(CliTest, QueryRefusesWhateverIsNotReading) {
  ASSERT_EQ(run({"import", "export.json", "--snapshot", "x.assay"}).exit_code, 0);
  const auto before = read_file(folder_.path() / "x.assay").value();
  for (const std::string source : {"export.json", "x.assay"}) {
    for (const auto* sql :
         {"DELETE FROM conditional_access_policies", "INSERT INTO conditional_access_policies(id) VALUES('x')",
          "UPDATE conditional_access_policies SET id = 'x'", "CREATE TABLE t(x)", "CREATE TEMP TABLE t(x)",
          "DROP TABLE conditional_access_policies", "ATTACH 'y.db' AS y", "PRAGMA user_version = 1",
          "PRAGMA writable_schema = 1", "BEGIN", "VACUUM INTO 'y.db'", "SELECT load_extension('x')",
          "SELECT randomblob(9)", "SELECT * FROM sqlite_schema",
          "WITH x AS (SELECT 1) DELETE FROM conditional_access_policies"}) {
      const auto refused = run({"query", source, sql});
      EXPECT_EQ(refused.exit_code, 4) << sql;
      EXPECT_THAT(refused.out, IsEmpty()) << sql;
      EXPECT_THAT(lines(refused.err), testing::ElementsAre(StartsWith("error: sql: not allowed: it "))) << sql;
    }
    for (const auto* sql :
         {"SELECT 1; SELECT 2", "SELEC 1", "", "-- nothing", "SELECT nothing FROM conditional_access_policies"})
      EXPECT_EQ(run({"query", source, sql}).exit_code, 3) << sql;
  }
  EXPECT_TRUE(read_file(folder_.path() / "x.assay").value() == before);
  EXPECT_FALSE(fs::exists(folder_.path() / "y.db"));
}

TEST_F(CliTest, ABroadFrameworkIsAnsweredThroughTopics) {
  folder_.write("own/frameworks/broad/framework.yaml", R"(id: broad
title: Broad
publisher: Contoso
version: "1"
source: our own rules
requirements:
  - {id: B.1, title: Old protocols are closed, topics: [legacy-authentication]}
  - {id: B.2, title: There is a policy, manual: Read the policy.}
)");
  const Words own{"--add-catalog", "own"};

  const auto json = Json::parse(good({"compliance", "export.json", "-f", "broad", "-o", "json"}, own).out);
  const auto& answered = json["requirements"][0];
  const auto& manual = json["requirements"][1];
  EXPECT_THAT(answered["controls"].dump(), HasSubstr(R"("entra.block-legacy-auth")"));
  EXPECT_GT(answered["controls"].size(), 1U);
  EXPECT_LE(answered["controls_passed"], answered["controls_judged"]);
  EXPECT_GT(answered["controls_judged"], 0);
  EXPECT_FALSE(answered.contains("manual"));
  EXPECT_EQ(manual["verdict"], "manual");
  EXPECT_EQ(manual["reason"], "Read the policy.");
  EXPECT_EQ(manual["manual"], "Read the policy.");
  const auto table = good({"compliance", "export.json", "-f", "broad"}, own).out;
  EXPECT_THAT(table,
              HasSubstr(" " + answered["controls_passed"].dump() + "/" + answered["controls_judged"].dump() + " "));
  EXPECT_THAT(good({"compliance", "export.json", "-f", "broad", "-o", "csv"}, own).out,
              StartsWith("requirement,level,verdict,title,reason,controls_passed,controls_judged\n"));

  for (const auto& command : std::vector<Words>{{"catalog", "show", "entra.block-legacy-auth"},
                                                {"explain", "entra.block-legacy-auth", "--in", "export.json"}}) {
    const auto shown = Json::parse(good(command, {"--add-catalog", "own", "-o", "json"}).out);
    EXPECT_EQ(shown["frameworks_by_topic"]["broad"].dump(), R"(["B.1"])");
    EXPECT_EQ(shown["topics"].dump(), R"(["legacy-authentication"])");
    EXPECT_FALSE(shown["frameworks"].contains("broad"));
    EXPECT_THAT(good(command, own).out, HasSubstr("broad, by topic: B.1\n"));
  }
  EXPECT_THAT(good({"catalog", "check"}, own).err, HasSubstr(": 0 problems"));
}

TEST_F(CliTest, AThresholdThatIsMissedIsExitCodeOne) {
  const auto missed = run({"assess", "export.json", "--fail-under", "100"});
  EXPECT_EQ(missed.exit_code, 1);
  EXPECT_THAT(missed.out, HasSubstr("Score "));
  EXPECT_THAT(missed.err, HasSubstr("%, below --fail-under 100\n"));
  EXPECT_EQ(run({"assess", "export.json", "--fail-under", "0"}).exit_code, 0);
  for (const auto* percent : {"101", "-1", "high", "nan", ""})
    EXPECT_EQ(run({"assess", "export.json", "--fail-under", percent}).exit_code, 2) << percent;
}

TEST_F(CliTest, UsageIsExitCodeTwoAndOneLine) {
  for (const auto& words : std::vector<Words>{{},
                                              {"nonsense"},
                                              {"assess"},
                                              {"assess", "export.json", "--nonsense"},
                                              {"assess", "export.json", "more.json"},
                                              {"import", "export.json"},
                                              {"query", "export.json"},
                                              {"assess", "export.json", "-o", "xml"},
                                              {"catalog"},
                                              {"catalog", "nonsense"},
                                              {"compliance", "export.json", "-f", "nonsense"},
                                              {"explain", "entra.block-legacy-auth"},
                                              {"official"},
                                              {"official", "scores.json", "--compare", "export.json"}}) {
    const auto wrong = run(words);
    EXPECT_EQ(wrong.exit_code, 2) << testing::PrintToString(words);
    EXPECT_THAT(wrong.out, IsEmpty());
    EXPECT_THAT(lines(wrong.err), testing::ElementsAre(StartsWith("error: "))) << testing::PrintToString(words);
  }
}

TEST_F(CliTest, WhatIsNamedAndDoesNotExistIsExitCodeThree) {
  for (const auto& words : std::vector<Words>{{"explain", "no.such-control", "--in", "export.json"},
                                              {"catalog", "show", "nothing"},
                                              {"catalog", "list", "--catalog", "nowhere"},
                                              {"assess", "export.json", "--decisions", "nowhere.yaml"}}) {
    const auto wrong = run(words);
    EXPECT_EQ(wrong.exit_code, 3) << testing::PrintToString(words);
    EXPECT_THAT(lines(wrong.err), testing::ElementsAre(StartsWith("error: "))) << testing::PrintToString(words);
  }
}

TEST_F(CliTest, OutputThatCannotBeWrittenIsNoSuccess) {
  options_.output = "/dev/full";
  for (const auto* format : {"table", "json", "csv"}) {
    const auto lost = run({"assess", "export.json", "-o", format});
    EXPECT_EQ(lost.exit_code, 3) << format;
    EXPECT_THAT(lines(lost.err), testing::ElementsAre("error: standard output: No space left on device")) << format;
  }
}

}  // namespace
}  // namespace assay
