# What `cmake --install` puts where. Component `sdk`: libraries, headers, schemas, package files and documents; component
# `examples`: the example programs, which are named daybook-… there as in the build folder.
#
# All headers lie below include/daybook. What the sources call "model/ids.hpp" is <daybook/model/ids.hpp> there: a folder
# `model` or `schema` of a user's own is never in the way.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/daybook)
set(libraries daybook_schema daybook_model daybook_client daybook_testing)

# --- Libraries -----------------------------------------------------------------------------------------------------
foreach(library ${libraries})
  target_include_directories(${library} PUBLIC $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endforeach()
target_compile_features(daybook_schema PUBLIC cxx_std_23)
# Cap'n Proto's headers need it in front of them (schema/compat/kj_string.hpp).
set(forced ${CMAKE_INSTALL_INCLUDEDIR}/daybook/schema/compat/kj_string.hpp)
target_compile_options(daybook_schema PUBLIC
  "$<INSTALL_INTERFACE:$<$<COMPILE_LANGUAGE:CXX>:SHELL:-include $<INSTALL_PREFIX>/${forced}>>")
install(TARGETS ${libraries} EXPORT daybook ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT sdk)

# --- Headers and schemas -------------------------------------------------------------------------------------------
set(staged ${PROJECT_BINARY_DIR}/installed-headers)
install(CODE "
  set(sources ${PROJECT_SOURCE_DIR})
  set(generated ${PROJECT_BINARY_DIR}/generated)
  set(staged ${staged})
  include(${PROJECT_SOURCE_DIR}/cmake/StageHeaders.cmake)" COMPONENT sdk)
install(DIRECTORY ${staged}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT sdk)

# --- For CMake -----------------------------------------------------------------------------------------------------
install(EXPORT daybook NAMESPACE daybook:: FILE daybookTargets.cmake DESTINATION ${package_dir} COMPONENT sdk)
configure_package_config_file(cmake/daybookConfig.cmake.in daybookConfig.cmake INSTALL_DESTINATION ${package_dir}
  NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(daybookConfigVersion.cmake COMPATIBILITY SameMinorVersion)  # before 1.0
install(FILES ${PROJECT_BINARY_DIR}/daybookConfig.cmake ${PROJECT_BINARY_DIR}/daybookConfigVersion.cmake
  cmake/FindLMDB.cmake
  DESTINATION ${package_dir} COMPONENT sdk)

# --- For pkg-config ------------------------------------------------------------------------------------------------
set(pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH pc_to_prefix /prefix/${pc_dir} /prefix)
foreach(file daybook.pc daybook-testing.pc)
  configure_file(cmake/${file}.in ${file} @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${file} DESTINATION ${pc_dir} COMPONENT sdk)
endforeach()

# --- Documents and examples ----------------------------------------------------------------------------------------
install(FILES LICENSE CHANGELOG.md schema/PROTOCOL.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT sdk)
install(FILES client-sdk/README.md client-sdk/OUTBOX.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT sdk)
set(examples board_tail audit_tail risk_bot board_tui)
list(TRANSFORM examples PREPEND client-sdk/examples/ OUTPUT_VARIABLE sources)
list(TRANSFORM sources APPEND .cpp)
install(FILES ${sources} client-sdk/examples/program.hpp client-sdk/examples/program.cpp
  client-sdk/examples/terminal.hpp client-sdk/examples/terminal.cpp
  client-sdk/examples/CMakeLists.txt DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples COMPONENT sdk)
install(TARGETS ${examples} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT examples)
