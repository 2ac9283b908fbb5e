# assay_module(name SOURCES … TESTS … USES … LINKS …)
#
# A folder of src/ as a static library `assay_<name>` and, when it has tests, a program
# `<name>_test`. USES is the folder's permission: the `layers` test reads these lines and fails on
# an include of any other folder. LINKS are libraries from outside.
function(assay_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;TESTS;USES;LINKS;TEST_LINKS" ${ARGN})
  set(used ${ARG_USES})
  list(TRANSFORM used PREPEND assay_)
  if(ARG_SOURCES)
    add_library(assay_${name} STATIC ${ARG_SOURCES})
    target_include_directories(assay_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(assay_${name} PUBLIC ${used} ${ARG_LINKS} PRIVATE assay_options)
    assay_precompiled(assay_${name} assay_pch)
  endif()
  if(ARG_TESTS)
    add_executable(${name}_test ${ARG_TESTS})
    target_link_libraries(${name}_test PRIVATE assay_${name} ${ARG_TEST_LINKS} assay_options GTest::gmock GTest::gtest_main)
    assay_precompiled(${name}_test assay_test_pch)
    assay_discover(${name}_test)
  endif()
endfunction()

# Registers the tests of a GoogleTest program one by one; a skipped test counts as skipped.
include(GoogleTest)
function(assay_discover target)
  target_compile_definitions(${target} PRIVATE
    ASSAY_SOURCE_DIR="${PROJECT_SOURCE_DIR}" ASSAY_SHARED_DATA="${PROJECT_SOURCE_DIR}/../shared/data")
  gtest_discover_tests(${target} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 900 SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
endfunction()
