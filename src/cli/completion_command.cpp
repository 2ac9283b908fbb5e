#include <memory>

#include <fmt/format.h>

#include "cli/commands.h"

namespace assay::cli {
namespace {

std::string words(const CLI::App& app) {
  std::string out;
  const auto add = [&](const std::string& word) { out += (out.empty() ? "" : " ") + word; };
  for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; })) add(sub->get_name());
  for (const auto* option : app.get_options([](const CLI::Option*) { return true; }))
    for (const auto& name : option->get_lnames()) add("--" + name);
  return out;
}

// One `case` arm for every command and sub-command: what may follow it.
void arms(const CLI::App& app, const std::string& path, std::string& out) {
  out += fmt::format("    \"{}\") words=\"{}\" ;;\n", path, words(app));
  for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    arms(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), out);
}

std::string bash_script(const CLI::App& app) {
  std::string cases;
  arms(app, "", cases);
  return fmt::format(R"(_assay() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" path="" words="" i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case "${{COMP_WORDS[i]}}" in
      [a-z]*) case " {} check test list show frameworks " in *" ${{COMP_WORDS[i]}} "*) path="${{path:+$path }}${{COMP_WORDS[i]}}" ;; esac ;;
    esac
  done
  case "$path" in
{}  esac
  COMPREPLY=($(compgen -W "$words" -- "$current") $(compgen -f -- "$current"))
}}
complete -o filenames -F _assay assay
)",
                     words(app), cases);
}

std::string zsh_script(const CLI::App& app) {
  return "#compdef assay\nautoload -U bashcompinit && bashcompinit\n" + bash_script(app);
}

void fish_lines(const CLI::App& app, const std::string& command, std::string& out) {
  for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    const auto when =
        command.empty() ? "__fish_use_subcommand" : fmt::format("__fish_seen_subcommand_from {}", command);
    out += fmt::format("complete -c assay -n '{}' -a {} -d '{}'\n", when, sub->get_name(),
                       sub->get_description().substr(0, sub->get_description().find('\'')));
    for (const auto* option : sub->get_options([](const CLI::Option*) { return true; }))
      for (const auto& name : option->get_lnames())
        out += fmt::format("complete -c assay -n '__fish_seen_subcommand_from {}' -l {}\n", sub->get_name(), name);
    fish_lines(*sub, sub->get_name(), out);
  }
}

}  // namespace

void add_completion(CLI::App& app, Context& /*context*/, Run& run) {
  auto shell = std::make_shared<std::string>();
  auto* command = app.add_subcommand("completion", "A completion script for a shell");
  command->add_option("SHELL", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer("Example:\n  source <(assay completion bash)");
  command->callback([&app, &run, shell] {
    run = [&app, shell]() -> Result<int> {
      std::string fish;
      fish_lines(app, "", fish);
      print(*shell == "bash" ? bash_script(app) : *shell == "zsh" ? zsh_script(app) : fish);
      return 0;
    };
  });
}

}  // namespace assay::cli
