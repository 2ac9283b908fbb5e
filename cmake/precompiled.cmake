# What many sources include from outside is compiled once: `assay_pch` for all, `assay_test_pch` with GoogleTest for
# tests. Our own headers are not in it, and no source relies on it: clang-tidy reads the sources without.
function(assay_precompiled_header name)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${name}.cpp CONTENT "// ${name}\n")
  add_library(${name} OBJECT ${PROJECT_BINARY_DIR}/${name}.cpp)
  target_link_libraries(${name} PRIVATE assay_options fmt::fmt nlohmann_json::nlohmann_json tl::expected)
  target_precompile_headers(${name} PRIVATE
    <algorithm> <array> <charconv> <chrono> <cmath> <cstdint> <cstdlib> <cstring> <filesystem> <fstream> <functional>
    <map> <memory> <mutex> <optional> <set> <sstream> <string> <string_view> <unordered_map> <utility> <vector>
    <fmt/format.h> <nlohmann/json.hpp> <tl/expected.hpp> ${ARGN})
endfunction()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  assay_precompiled_header(assay_pch)
  assay_precompiled_header(assay_test_pch <gmock/gmock.h> <gtest/gtest.h>)
  target_link_libraries(assay_test_pch PRIVATE GTest::gmock)
endif()

# Has a target use one of them.
function(assay_precompiled target name)
  if(TARGET ${name})
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()
