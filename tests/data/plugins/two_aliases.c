/* SPDX-License-Identifier: MIT */
#define ALIAS "pool  threadpool"
#include "body.h"
