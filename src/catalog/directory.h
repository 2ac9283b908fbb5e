#pragma once

#include <filesystem>
#include <vector>

#include "base/result.h"
#include "catalog/model.h"
#include "catalog/problem.h"

namespace assay::catalog {

// Reads a folder laid out as `catalog/`: tables/<service>/*.yaml, views/*.sql, controls/<service>/*.yaml,
// frameworks/<id>/*.yaml, topics.yaml, licences.yaml and catalogue.yaml. Several folders are laid over each other: the
// operator's own controls and tables beside ours.
//
// What is wrong in a file is added to `problems` and the rest is read, so that an author sees every mistake at once.
// An Error only when a folder cannot be read at all.
// `base`: a catalogue to lay them over.
Result<Catalogue> read_directories(const std::vector<std::filesystem::path>& folders, std::vector<Problem>& problems,
                                   Catalogue base = {});

}  // namespace assay::catalog
