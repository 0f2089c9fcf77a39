// The one place where Asio and Beast are compiled; everything else only
// declares them (BOOST_ASIO_SEPARATE_COMPILATION and Beast's likewise).
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
