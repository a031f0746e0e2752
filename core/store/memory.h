/* SPDX-License-Identifier: MIT */
/**
 * A store that lives as long as the process: tasks outlast a shutdown and restart of their
 * scheduler.
 */
#ifndef EZ_STORE_MEMORY_H
#define EZ_STORE_MEMORY_H

#include "store/store.h"

ez_store *ez_memory_store_new(void);

#endif
