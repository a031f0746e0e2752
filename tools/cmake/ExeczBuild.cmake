# SPDX-License-Identifier: MIT
# How everything in this tree is compiled, and where it goes.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

# Beside libexecz lie the directories in which it looks for plugins and function modules.  The number is
# the major version of the plugin ABI.
set(EXECZ_PLUGIN_DIR ${CMAKE_INSTALL_LIBDIR}/execz/plugins-1)
set(EXECZ_FUNCTION_DIR ${CMAKE_INSTALL_LIBDIR}/execz/functions-1)

# The build tree holds what an installed tree holds, in the same shape: nothing needs a special case for
# running uninstalled.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
set(EXECZ_PLUGIN_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib/execz/plugins-1)
set(EXECZ_FUNCTION_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib/execz/functions-1)

# Programs find libexecz relative to themselves, so that a moved tree works.
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)
file(RELATIVE_PATH from_bin_to_lib ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
set(CMAKE_INSTALL_RPATH $ORIGIN/${from_bin_to_lib})

# The warnings we hold ourselves to; the presets add -Werror, a user's build does not.
add_library(execz_warnings INTERFACE)
target_compile_options(execz_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings
  -Wformat=2 -Wundef -Wvla -Wno-unused-parameter -Wno-missing-field-initializers)
