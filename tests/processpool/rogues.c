/* SPDX-License-Identifier: MIT */
/* Task functions that know what their worker shares with the host, and write there what they must
 * not.  A wild pointer could do the same. */
#include "wire.h"

#include <execz/function.h>

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

EXECZ_MODULE("pool_rogues", "1.0.0");

static wire_ring *
find_ring(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    uintptr_t start = 0;

    while (maps != NULL && start == 0 && fgets(line, sizeof line, maps) != NULL) {
        if (strstr(line, "memfd:execz-worker") == NULL || sscanf(line, "%" SCNxPTR, &start) != 1) {
            start = 0;
        }
    }
    if (maps != NULL) {
        (void)fclose(maps);
    }
    return (wire_ring *)start;
}

static void
put(wire_ring *ring, uint32_t at, const void *bytes, uint32_t length)
{
    memcpy(ring->records + at % WIRE_RECORDS_SIZE, bytes, length);
}

EXECZ_FUNCTION(pads, "Fills the ring with the shortest pads there are")
{
    static const uint32_t pad[2] = {sizeof pad, WIRE_PAD};
    wire_ring *ring = find_ring();
    uint32_t written;

    if (ring == NULL) {
        return execz_fail(call, "there is no ring");
    }
    written = atomic_load(&ring->written);
    while (atomic_load(&ring->read) != written) {
        (void)nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    for (uint32_t n = 0; n < WIRE_RECORDS_SIZE; n += sizeof pad) {
        put(ring, written + n, pad, sizeof pad);
    }
    atomic_store(&ring->written, written + WIRE_RECORDS_SIZE);
    return EXECZ_OK;
}
