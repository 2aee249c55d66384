# Writes a copy of one source with one thing broken:  cmake -DEDIT=file -DROOT=folder -DOUT=file -P break.cmake
# EDIT sets SOURCE, FIND and REPLACE. FIND must stand in the source exactly once.
include(${EDIT})
file(READ ${ROOT}/${SOURCE} text)
string(FIND "${text}" "${FIND}" first)
string(FIND "${text}" "${FIND}" last REVERSE)
if(first EQUAL -1 OR NOT first EQUAL last)
  message(FATAL_ERROR "${EDIT}: what it breaks does not stand in ${SOURCE} exactly once. "
    "Set FIND and REPLACE anew, so that it breaks the same promise of the program as it is now.")
endif()
string(REPLACE "${FIND}" "${REPLACE}" text "${text}")
file(WRITE ${OUT} "${text}")
