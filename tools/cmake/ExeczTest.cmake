# SPDX-License-Identifier: MIT
# execz_add_test(NAME SOURCE...): a Criterion program and its CTest entry.
#
# Criterion counts a test as passed even if a sanitizer reported something when it ended, so the report's
# own words fail the entry; and a run in which no test matched is no success either.
set(EXECZ_TEST_FAILURES
  "(Address|Leak|Thread|UndefinedBehavior)Sanitizer|runtime error:|ERROR SUMMARY: [1-9]|Tested: 0 ")

# What a Criterion program needs besides its own code when a sanitizer watches it.
set(support_dir ${CMAKE_CURRENT_LIST_DIR}/../../tests/support)
add_library(execz_test_support INTERFACE)
target_link_libraries(execz_test_support INTERFACE PkgConfig::CRITERION execz_warnings)
if(CMAKE_C_FLAGS MATCHES "-fsanitize=[a-z,]*thread")
  target_sources(execz_test_support INTERFACE ${support_dir}/tsan_criterion.c)
  target_link_options(execz_test_support INTERFACE -rdynamic)
elseif(CMAKE_C_FLAGS MATCHES "-fsanitize=[a-z,]*(address|leak)")
  target_sources(execz_test_support INTERFACE ${support_dir}/lsan_criterion.c)
endif()

function(execz_add_test name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE execz_objects execz_test_support)
  add_test(NAME ${name} COMMAND ${name} --verbose=0)
  set_tests_properties(${name} PROPERTIES
    FAIL_REGULAR_EXPRESSION "${EXECZ_TEST_FAILURES}" TIMEOUT 120)
endfunction()
