/* SPDX-License-Identifier: MIT */
#define VERSION "1.0.0"
#include "generation.h"
