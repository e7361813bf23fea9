// The checker that the script tests hold the stack's trace against, for fuzz targets, which are built without the
// other tests.
#include "support/trace_checker.cc"  // NOLINT(bugprone-suspicious-include)
