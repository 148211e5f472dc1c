# Installs the library for find_package(smsbackup) and for pkg-config.
include(CMakePackageConfigHelpers)

install(TARGETS smsbackup EXPORT smsbackupTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/smsbackup DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT smsbackupTargets NAMESPACE smsbackup:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/smsbackup)

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/smsbackupConfig.cmake.in
  ${PROJECT_BINARY_DIR}/smsbackupConfig.cmake INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/smsbackup)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/smsbackupConfigVersion.cmake COMPATIBILITY SameMinorVersion)
# The build folder is found as well, before anything is installed: the Python package is linked so, once for each Python.
export(TARGETS smsbackup smsbackup_build_flags NAMESPACE smsbackup:: FILE ${PROJECT_BINARY_DIR}/smsbackupTargets.cmake)
install(FILES ${PROJECT_BINARY_DIR}/smsbackupConfig.cmake ${PROJECT_BINARY_DIR}/smsbackupConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/smsbackup)

if(SMSBACKUP_IMAP)
  # libetpan by name, not as a package: its file hands on the options that Debian linked it with, and static libraries
  # that only those need who link libetpan itself statically.
  set(smsbackup_imap_requires " libssl zlib")
  set(smsbackup_imap_libs " -letpan")
endif()
# Relative, so that an installed copy may be moved.
file(RELATIVE_PATH prefix_from_pc /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(${CMAKE_CURRENT_LIST_DIR}/smsbackup.pc.in ${PROJECT_BINARY_DIR}/smsbackup.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/smsbackup.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
