# SPDX-License-Identifier: MIT
# execz_add_test(NAME [SEQUENTIAL] [WHOLE] SOURCE...): a Criterion program and its CTest entry.  SEQUENTIAL:
# of what knows no threads, so that it is left out where the thread sanitizer watches.  WHOLE: see below.
#
# The words that a sanitizer reports in fail the entry, whatever the program ended with; and a run in which
# no test matched is no success either.  tests/support/proofs shows that this works.
#
# The time limit ends what hangs; it is no measure, for a loaded machine may be slow.
set(EXECZ_TEST_PROPERTIES
  FAIL_REGULAR_EXPRESSION
  "(Address|Leak|Thread|UndefinedBehavior)Sanitizer|runtime error:|ERROR SUMMARY: [1-9]|Tested: 0 "
  TIMEOUT 900)

option(EXECZ_TESTS_WHOLE "Also test by driving whole programs and pools, which takes a sanitizer long" ON)

string(TOUPPER "${CMAKE_BUILD_TYPE}" config)
string(REGEX MATCHALL "-fsanitize=[a-z,]+" EXECZ_SANITIZERS "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${config}}")

# What a Criterion program needs besides its own code: who runs its tests.
set(tests_dir ${PROJECT_SOURCE_DIR}/tests)
set(support_dir ${tests_dir}/support)
add_library(execz_test_support INTERFACE)
target_link_libraries(execz_test_support INTERFACE PkgConfig::CRITERION execz_warnings)
target_compile_definitions(execz_test_support INTERFACE _GNU_SOURCE)
target_include_directories(execz_test_support INTERFACE ${tests_dir})
# Criterion's macros go deep: that GCC notes each step takes it half of its time.  Without, it takes what
# is in macros of the system for ours: values left unused, names used twice, fences.
target_compile_options(execz_test_support INTERFACE
  "$<$<C_COMPILER_ID:GNU>:-ftrack-macro-expansion=0;-Wno-unused-value;-Wno-shadow;-Wno-tsan>")
# A test is compiled as often as it is run, so without optimisation; what it tests is as users get it.
target_compile_options(execz_test_support INTERFACE $<$<CONFIG:RelWithDebInfo>:-O0>)
add_library(execz_test_runner OBJECT ${support_dir}/runner.c ${support_dir}/criterion.c)
target_include_directories(execz_test_runner PRIVATE ${tests_dir})
target_link_libraries(execz_test_runner PRIVATE PkgConfig::CRITERION execz_warnings)
target_compile_definitions(execz_test_runner PRIVATE _GNU_SOURCE)
target_sources(execz_test_support INTERFACE $<TARGET_OBJECTS:execz_test_runner>)
if(EXECZ_SANITIZERS MATCHES "address|leak")
  target_sources(execz_test_runner PRIVATE ${support_dir}/lsan_criterion.c ${support_dir}/lsan_regions.c)
endif()

function(execz_add_test name)
  cmake_parse_arguments(test "SEQUENTIAL;WHOLE" "" "" ${ARGN})
  add_executable(${name} ${test_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE execz_objects execz_test_support)
  if((test_SEQUENTIAL AND EXECZ_SANITIZERS MATCHES "thread") OR (test_WHOLE AND NOT EXECZ_TESTS_WHOLE))
    set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ON)
    return()
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES ${EXECZ_TEST_PROPERTIES})
endfunction()
