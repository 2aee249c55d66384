# Run by `cmake --install`: copies every header and schema to where it will lie below the include folder, with our own
# includes rewritten to it. Needs `sources`, `generated` and `staged`, all folders.
file(REMOVE_RECURSE ${staged})

# stage(FOLDER FROM TO PATTERN...): what lies below FROM/FOLDER, to TO/FOLDER.
function(stage folder from to)
  list(TRANSFORM ARGN PREPEND ${from}/${folder}/)
  file(GLOB_RECURSE files RELATIVE ${from} ${ARGN})
  foreach(file ${files})
    if(file MATCHES "precompiled")
      continue()
    endif()
    file(READ ${from}/${file} text)
    string(REGEX REPLACE "#include \"(model|schema)/([^\"]*)\"" "#include <daybook/\\1/\\2>" text "${text}")
    file(WRITE ${to}/${file} "${text}")
  endforeach()
endfunction()

stage(daybook ${sources}/client-sdk/include ${staged} *.hpp)
stage(daybook ${sources}/client-sdk/testing/include ${staged} *.hpp)
stage(model ${sources} ${staged}/daybook *.hpp)
stage(schema ${sources} ${staged}/daybook *.hpp *.capnp)
stage(schema ${generated} ${staged}/daybook *.capnp.h)
