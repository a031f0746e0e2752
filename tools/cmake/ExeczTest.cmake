# SPDX-License-Identifier: MIT
# execz_add_test(NAME SOURCE...): a Criterion program and its CTest entry.
#
# Criterion counts a test as passed even if a sanitizer reported something when it ended, so the report's
# own words fail the entry; and a run in which no test matched is no success either.
set(EXECZ_TEST_FAILURES
  "(Address|Leak|Thread|UndefinedBehavior)Sanitizer|runtime error:|ERROR SUMMARY: [1-9]|Tested: 0 ")

function(execz_add_test name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE execz_objects PkgConfig::CRITERION execz_warnings)
  add_test(NAME ${name} COMMAND ${name} --verbose=0)
  set_tests_properties(${name} PROPERTIES
    FAIL_REGULAR_EXPRESSION "${EXECZ_TEST_FAILURES}" TIMEOUT 120)
endfunction()
