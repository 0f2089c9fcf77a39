# Finds every dependency. If one is missing, stops and names its Debian package.

function(troupe_missing what package)
  message(FATAL_ERROR "${what} not found: install it with "
                      "'apt-get install ${package}'")
endfunction()

# Makes an imported target for a library without CMake or pkg-config files.
function(troupe_import target header library package)
  find_path(${target}_INCLUDE ${header})
  find_library(${target}_LIBRARY ${library})
  if(NOT ${target}_INCLUDE OR NOT ${target}_LIBRARY)
    troupe_missing(${library} ${package})
  endif()
  add_library(${target} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES
    IMPORTED_LOCATION ${${target}_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${${target}_INCLUDE})
endfunction()

find_package(Threads REQUIRED)

troupe_import(caf_core caf/all.hpp caf_core libcaf-dev)
troupe_import(caf_io caf/io/middleman.hpp caf_io libcaf-dev)
troupe_import(caf_openssl caf/openssl/all.hpp caf_openssl libcaf-dev)
troupe_import(srtp2 srtp2/srtp.h srtp2 libsrtp2-dev)
troupe_import(usrsctp usrsctp.h usrsctp libusrsctp-dev)
troupe_import(jwt jwt.h jwt libjwt-dev)

find_package(Boost 1.81 QUIET)
if(NOT Boost_FOUND)
  troupe_missing("Boost 1.81" libboost1.81-dev)
endif()
find_package(OpenSSL 3 QUIET)
if(NOT OPENSSL_FOUND)
  troupe_missing("OpenSSL 3" libssl-dev)
endif()
find_package(CURL 7.87 QUIET)
if(NOT CURL_FOUND)
  troupe_missing("libcurl 7.87" libcurl4-openssl-dev)
endif()
find_package(RapidJSON QUIET)
if(NOT RapidJSON_FOUND)
  troupe_missing(RapidJSON rapidjson-dev)
endif()
find_package(doctest QUIET)
if(NOT doctest_FOUND)
  troupe_missing(doctest doctest-dev)
endif()
find_package(CLI11 QUIET)
if(NOT CLI11_FOUND)
  troupe_missing(CLI11 libcli11-dev)
endif()
find_package(spdlog QUIET)
if(NOT spdlog_FOUND)
  troupe_missing(spdlog libspdlog-dev)
endif()
if(TROUPE_BENCH)
  find_package(benchmark QUIET)
  if(NOT benchmark_FOUND)
    troupe_missing("Google Benchmark" libbenchmark-dev)
  endif()
endif()

# Optional: Intel's multi-buffer crypto (amd64 only). Without it SRTP uses
# OpenSSL.
find_path(IPSEC_MB_INCLUDE intel-ipsec-mb.h)
find_library(IPSEC_MB_LIBRARY IPSec_MB)
if(IPSEC_MB_INCLUDE AND IPSEC_MB_LIBRARY)
  add_library(ipsec_mb UNKNOWN IMPORTED GLOBAL)
  set_target_properties(ipsec_mb PROPERTIES
    IMPORTED_LOCATION ${IPSEC_MB_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${IPSEC_MB_INCLUDE}
    # The header selects its alignment macros by the name LINUX.
    INTERFACE_COMPILE_DEFINITIONS "LINUX;TROUPE_HAVE_IPSEC_MB")
else()
  message(STATUS "libipsec-mb-dev not found: SRTP uses OpenSSL")
endif()
# Optional: a faster allocator for the server binary.
find_package(mimalloc QUIET)
