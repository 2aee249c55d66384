# What all targets share: warnings, and one way to declare a library and a test program.

add_library(daybook_warnings INTERFACE)  # never exported
target_compile_options(daybook_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wnon-virtual-dtor -Wcast-align -Woverloaded-virtual
  $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local>
  $<$<BOOL:${DAYBOOK_WERROR}>:-Werror>)

# What nearly every source includes, compiled once: a model source takes a fifth of the time. Clang only: g++ takes no
# precompiled header behind the one that the schema's target forces in.
function(daybook_precompile target)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_precompile_headers(${target} REUSE_FROM daybook_precompiled)
  endif()
endfunction()

# daybook_library(NAME SOURCES ... LIBS ...): target daybook_NAME with the alias daybook::NAME.
function(daybook_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS;PRIVATE_LIBS" ${ARGN})
  add_library(daybook_${name} STATIC ${ARG_SOURCES})
  add_library(daybook::${name} ALIAS daybook_${name})
  set_target_properties(daybook_${name} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(daybook_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
  target_link_libraries(daybook_${name} PUBLIC ${ARG_LIBS} PRIVATE ${ARG_PRIVATE_LIBS} $<BUILD_INTERFACE:daybook_warnings>)
  daybook_precompile(daybook_${name})
endfunction()

# Builds every program with tests of foreign bytes: those labelled `foreign`.
add_custom_target(foreign_tests)

# daybook_test(NAME SOURCES ... LIBS ... [LABELS ...] [TIMEOUT seconds] [ARGS ...] [DEPENDS targets ...]):
# a Catch2 program, one ctest entry named ${DAYBOOK_TEST_PREFIX}NAME.
function(daybook_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LIBS;LABELS;ARGS;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} daybook_catch_main daybook_warnings)
  daybook_precompile(${name})
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  if("foreign" IN_LIST ARG_LABELS)
    add_dependencies(foreign_tests ${name})
  elseif(DAYBOOK_TESTS STREQUAL "foreign")
    return()
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_test(NAME ${DAYBOOK_TEST_PREFIX}${name} COMMAND ${name} ${ARG_ARGS})
  set_tests_properties(${DAYBOOK_TEST_PREFIX}${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
endfunction()

# daybook_script_test(NAME SCRIPT file [ENVIRONMENT NAME=value ...] [LABELS ...] [TIMEOUT seconds] [DEPENDS targets ...]):
# a bash script that fails by its exit code, one ctest entry; what it needs is built with the rest.
function(daybook_script_test name)
  cmake_parse_arguments(ARG "" "SCRIPT;TIMEOUT" "ENVIRONMENT;LABELS;DEPENDS" ${ARGN})
  if(DAYBOOK_TESTS STREQUAL "foreign")
    return()
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_test(NAME ${DAYBOOK_TEST_PREFIX}${name} COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_SCRIPT})
  set_tests_properties(${DAYBOOK_TEST_PREFIX}${name} PROPERTIES
    LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT} ENVIRONMENT "${ARG_ENVIRONMENT}")
endfunction()
