# SPDX-License-Identifier: MIT
# What lets others find execz: the CMake package and execz.pc, both free of absolute paths, so that an
# installed tree can be moved.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/execz)
set(generated ${PROJECT_BINARY_DIR}/generated)

configure_package_config_file(tools/cmake/execz-config.cmake.in ${generated}/execz-config.cmake
  INSTALL_DESTINATION ${package_dir} PATH_VARS EXECZ_PLUGIN_DIR EXECZ_FUNCTION_DIR)
# Before 1.0 a minor version may change the API.
write_basic_package_version_file(${generated}/execz-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(EXPORT execz-targets NAMESPACE execz:: DESTINATION ${package_dir})
install(FILES ${generated}/execz-config.cmake ${generated}/execz-config-version.cmake
  tools/cmake/ExeczPlugin.cmake DESTINATION ${package_dir})

# execz_configure_pc(FILE PC_DIR PREFIX INCLUDE_DIR): writes FILE, which will lie in PC_DIR.
function(execz_configure_pc file pc_dir prefix include_dir)
  file(RELATIVE_PATH TO_PREFIX ${pc_dir} ${prefix})
  string(REGEX REPLACE "/$" "" TO_PREFIX ${TO_PREFIX})
  file(RELATIVE_PATH TO_INCLUDE ${pc_dir} ${include_dir})
  configure_file(tools/cmake/execz.pc.in ${file} @ONLY)
endfunction()

execz_configure_pc(${generated}/execz.pc
  ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
install(FILES ${generated}/execz.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# With PKG_CONFIG_PATH=<build>/lib/pkgconfig a stranger's plugin is built against this tree, uninstalled.
execz_configure_pc(${PROJECT_BINARY_DIR}/lib/pkgconfig/execz.pc
  ${PROJECT_BINARY_DIR}/lib/pkgconfig ${PROJECT_BINARY_DIR} ${PROJECT_SOURCE_DIR}/include)
