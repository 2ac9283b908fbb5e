#pragma once

#include <string>
#include <vector>

#include <yaml-cpp/yaml.h>

namespace assay::catalog {

// A file of `controls/` with `family:` describes many controls that differ in a few words: a template, in which
// `<name>` stands for a value, and `members:`, which give the values. `defaults:` are for members that give none.
//
//   family: {id: mde.<slug>, title: <title>, points: <points>, check: "… WHERE id = '<setting>'", …}
//   defaults: {points: 5}
//   members:
//     - {slug: sensor-on, title: The sensor runs, setting: scid-2000}
struct Family {
  // A control as if it had been written out. Its nodes have no mark: mistakes in it belong to the member's line.
  struct Member {
    YAML::Node control;
    int line = 0;
  };
  struct Mistake {
    int line = 0;
    std::string message;
  };
  std::vector<Member> members;
  std::vector<Mistake> mistakes;
};

// `file` is a map with the key `family`. A placeholder that is all of a text is replaced by the value as it is, a
// number, list or map too; inside a longer text the value must be text itself. A placeholder without a value is a
// mistake, and so is a value without a placeholder. A member with a mistake is left out.
Family expand_family(const YAML::Node& file);

}  // namespace assay::catalog
