# cmake --install: the package Sluice with Sluice::sluice, Sluice::recording, Sluice::host, Sluice::posix and Sluice::sim.

include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/Sluice")

install(TARGETS sluice sluice_recording sluice_host sluice_posix sluice_sim EXPORT SluiceTargets ARCHIVE)
install(DIRECTORY stack/ DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/sluice" FILES_MATCHING PATTERN "*.h")
install(EXPORT SluiceTargets NAMESPACE Sluice:: DESTINATION "${package_dir}")

configure_package_config_file(cmake/SluiceConfig.cmake.in "${PROJECT_BINARY_DIR}/SluiceConfig.cmake"
    INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/SluiceConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/SluiceConfig.cmake" "${PROJECT_BINARY_DIR}/SluiceConfigVersion.cmake"
    DESTINATION "${package_dir}")
