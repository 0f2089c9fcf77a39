// Compiles Asio and Beast for the whole program; all other files only declare
// them (BOOST_ASIO_SEPARATE_COMPILATION and Beast's equivalent).
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
