#include "config.h"

#include "shim/record/rounds.h"

uint32_t rounds_now;
