# Language level, warnings, sanitizers, linker and compiler cache.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()
# Our assertions (TROUPE_ASSERT) stay enabled in release builds.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Werror
                    -fno-omit-frame-pointer)
include_directories(${CMAKE_SOURCE_DIR})

if(TROUPE_SANITIZE)
  add_compile_options(-fsanitize=${TROUPE_SANITIZE}
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TROUPE_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    add_compile_options(
      -fsanitize-ignorelist=${CMAKE_SOURCE_DIR}/cmake/sanitizer_ignore.txt)
  endif()
endif()
if(TROUPE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(TROUPE_CCACHE ccache)
if(TROUPE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # One cache serves all checkouts on a machine, so a debugger may look for
  # sources in another one. Files with a precompiled header are cached, too.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
      ${TROUPE_CCACHE})
endif()
find_program(TROUPE_MOLD mold)
if(TROUPE_MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_link_options(-fuse-ld=mold)
endif()

# How many files TROUPE_UNITY compiles together at most. More would take more
# memory at once, and leave fewer pieces to compile in parallel.
set(TROUPE_UNITY_FILES 16)

# Divides the given files of one folder into groups of consecutive ones. CMake
# compiles each group as one translation unit, but for files with compile options
# of their own or SKIP_UNITY_BUILD_INCLUSION.
function(troupe_group_files group)
  set(count 0)
  foreach(file IN LISTS ARGN)
    math(EXPR batch "${count} / ${TROUPE_UNITY_FILES}")
    set_source_files_properties(${file} PROPERTIES
      UNITY_GROUP ${group}_${batch})
    math(EXPR count "${count} + 1")
  endforeach()
endfunction()

# Adds a static library troupe_<name> from the given sources, or from every
# .cpp directly in the given folders (relative to the current one).
function(troupe_library name)
  cmake_parse_arguments(ARG "" "" "FOLDERS;LINK" ${ARGN})
  set(sources)
  foreach(folder IN LISTS ARG_FOLDERS)
    file(GLOB found CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp)
    list(APPEND sources ${found})
    if(TROUPE_UNITY)
      string(MAKE_C_IDENTIFIER ${folder} group)
      troupe_group_files(${group} ${found})
    endif()
  endforeach()
  if(NOT sources)
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/${name}_empty.cpp "")
    set(sources ${CMAKE_CURRENT_BINARY_DIR}/${name}_empty.cpp)
  endif()
  add_library(troupe_${name} STATIC ${sources})
  target_link_libraries(troupe_${name} PUBLIC ${ARG_LINK})
  if(TROUPE_UNITY)
    set_target_properties(troupe_${name} PROPERTIES
      UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
    # The warning is about headers: a type whose members' types are in unnamed
    # namespaces. In a group, g++ takes every file for a header. Builds without
    # groups still warn.
    target_compile_options(troupe_${name} PRIVATE
      $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  endif()
endfunction()

if(TROUPE_LTO AND NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  message(STATUS "TROUPE_LTO: only with g++")
  set(TROUPE_LTO OFF)
endif()

if(TROUPE_LTO)
  # Without this, g++ hands its plugin to the linker, which then optimises every
  # program that links such a library: 12 s for each test.
  add_link_options(-fno-lto)
endif()

# Compiles a library for link-time optimisation as well. Programs enable it with
# troupe_link_optimised; for all others it is an ordinary library.
function(troupe_optimise_across_files library)
  if(TROUPE_LTO)
    target_compile_options(${library} PRIVATE -flto=auto -ffat-lto-objects)
  endif()
endfunction()

# Optimises a program across its libraries' files. Not with mold: version 1.10
# loses symbols of such libraries.
function(troupe_link_optimised program)
  if(TROUPE_LTO)
    target_link_options(${program} PRIVATE -flto=auto -fuse-ld=bfd)
  endif()
endfunction()
