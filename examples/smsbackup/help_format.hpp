// How --help reads: the usage line says FROM and TO, and one blank line stands between groups of options.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace tool {

class HelpFormat final : public CLI::Formatter {
 public:
  HelpFormat() { column_width(34); }

  std::string make_usage(const CLI::App* app, std::string name) const override {
    std::string usage = "\nUsage: " + name;
    if (!app->get_subcommands({}).empty()) return usage + " COMMAND [OPTIONS] ...\n";
    for (const CLI::Option* option : app->get_options([](const auto* each) { return each->get_positional(); })) {
      usage += " [OPTIONS] " + option->get_type_name() + "\n         " + option->get_description();
    }
    return usage + "\n";
  }

  std::string make_positionals(const CLI::App*) const override { return {}; }

  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override {
    const std::string text = Formatter::make_group(group, is_positional, options);
    return group == "Options" ? text : text.substr(1);
  }
};

}  // namespace tool
