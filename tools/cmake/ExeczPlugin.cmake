# SPDX-License-Identifier: MIT
# Plugins and function modules, for ours and for yours: this file is installed, and the plugins that come
# with execz are built by it too.
#
#   find_package(execz 0.1 REQUIRED)
#   execz_add_plugin(NAME SOURCE...)            NAME.so, installed to EXECZ_PLUGIN_DIR
#   execz_add_function_module(NAME SOURCE...)   NAME.so, installed to EXECZ_FUNCTION_DIR
#
# Each makes a MODULE target NAME; add your own libraries with target_link_libraries(NAME PRIVATE ...).
# It links nothing of execz: headers are all it takes.  Set EXECZ_PLUGIN_DIR or EXECZ_FUNCTION_DIR before
# find_package() to install elsewhere, EXECZ_PLUGIN_OUTPUT_DIRECTORY or EXECZ_FUNCTION_OUTPUT_DIRECTORY to
# build elsewhere.

# Makes a missing symbol an error when linking, not when loading.  The clang sanitizers keep their runtime
# in the program, so there a shared object always misses symbols.
function(execz_forbid_undefined target)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" config)
  if(CMAKE_C_COMPILER_ID MATCHES "Clang"
     AND "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${config}} ${CMAKE_CXX_FLAGS}" MATCHES "-fsanitize")
    return()
  endif()
  target_link_options(${target} PRIVATE LINKER:-z,defs)
endfunction()

function(execz_add_module_internal name output_directory install_directory)
  if(NOT ARGN)
    message(FATAL_ERROR "${name} has no source files: name at least one")
  endif()
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE execz::headers Threads::Threads)
  target_link_options(${name} PRIVATE LINKER:-z,now LINKER:-z,relro)
  execz_forbid_undefined(${name})
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX .so
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    SKIP_BUILD_RPATH ON INSTALL_RPATH "")
  if(output_directory)
    set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${output_directory}")
  endif()
  install(TARGETS ${name} LIBRARY DESTINATION "${install_directory}")
endfunction()

function(execz_add_plugin name)
  execz_add_module_internal(${name}
    "${EXECZ_PLUGIN_OUTPUT_DIRECTORY}" "${EXECZ_PLUGIN_DIR}" ${ARGN})
endfunction()

function(execz_add_function_module name)
  execz_add_module_internal(${name}
    "${EXECZ_FUNCTION_OUTPUT_DIRECTORY}" "${EXECZ_FUNCTION_DIR}" ${ARGN})
endfunction()
