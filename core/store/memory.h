/* SPDX-License-Identifier: MIT */
/* A store that lives as long as the scheduler: tasks outlast its shutdown and restart.  That they do
 * in the scheduler's own table, of which a second copy would be of no use: nothing is committed. */
#ifndef EZ_STORE_MEMORY_H
#define EZ_STORE_MEMORY_H

#include "store/store.h"

ez_store *ez_memory_store_new(void);

#endif
