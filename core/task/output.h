/* SPDX-License-Identifier: MIT */
/* What is kept of a run's output: the first half of the limit, the last half, and the number of
 * bytes left out between them. */
#ifndef EZ_TASK_OUTPUT_H
#define EZ_TASK_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

typedef struct ez_output {
    size_t head_limit;
    size_t tail_limit;
    char *head; /* owned; grows up to head_limit */
    size_t head_length;
    size_t head_room;
    char *tail; /* owned; a ring once it has grown to tail_limit */
    size_t tail_length;
    size_t tail_room;
    size_t tail_start; /* of the oldest byte, once the ring is full */
    uint64_t dropped;
} ez_output;

void ez_output_init(ez_output *self, uint64_t limit);
void ez_output_deinit(ez_output *self);

void ez_output_add(ez_output *self, const char *bytes, size_t length);

/* Head and tail in one terminated text that the caller frees; NULL if nothing was kept. */
char *ez_output_take(ez_output *self, size_t *length_out);

#endif
