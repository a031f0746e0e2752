/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include <stdlib.h>
#include <string.h>

/* What is left of a frame. */
typedef struct reader {
    const unsigned char *at;
    const unsigned char *end;
    int failed;
} reader;

/* The next length bytes and their NUL. */
static const char *
read_bytes(reader *self, uint64_t length)
{
    const char *text = (const char *)self->at;

    if (self->failed || length >= (uint64_t)(self->end - self->at) || text[length] != '\0') {
        self->failed = 1;
        return NULL;
    }
    self->at += length + 1;
    return text;
}

static const char *
read_text(reader *self)
{
    return self->failed
               ? NULL
               : read_bytes(self, strnlen((const char *)self->at, (size_t)(self->end - self->at)));
}

static const char *
read_if(reader *self, int there, const char *otherwise)
{
    return there ? read_text(self) : otherwise;
}

static void
read_vector(reader *self, const char **into, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        into[i] = read_text(self);
    }
    into[n] = NULL;
}

/* argv and env, in one piece of memory. */
static void
read_vectors(reader *from, const wire_frame *head, frame *out)
{
    uint64_t n = (uint64_t)head->n_argv + head->n_env + 2;

    if (!(head->has & (WIRE_HAS_ARGV | WIRE_HAS_ENV))) {
        return;
    }
    out->vectors = n > (uint64_t)(from->end - from->at) + 2 ? NULL : calloc(n, sizeof(char *));
    if (out->vectors == NULL) {
        from->failed = 1;
        return;
    }
    read_vector(from, out->vectors, head->n_argv);
    read_vector(from, out->vectors + head->n_argv + 1, head->n_env);
    out->task.argv = head->has & WIRE_HAS_ARGV ? out->vectors : NULL;
    out->task.env = head->has & WIRE_HAS_ENV ? out->vectors + head->n_argv + 1 : NULL;
}

static void
read_task(reader *from, const wire_frame *head, frame *out)
{
    execz_task *task = &out->task;

    *task = (execz_task){
        .size = sizeof *task,
        .kind = head->task_kind,
        .max_instances = head->max_instances,
        .priority = head->priority,
        .misfire_grace_time = head->misfire_grace_time,
        .timeout = head->timeout,
        .kill_grace = head->kill_grace,
        .output_limit = head->output_limit,
        .args_length = head->args_length,
    };
    task->id = read_text(from);
    task->name = read_if(from, (head->has & WIRE_HAS_NAME) != 0, task->id);
    task->module_path = read_if(from, (head->has & WIRE_HAS_MODULE_PATH) != 0, NULL);
    task->function = read_if(from, (head->has & WIRE_HAS_FUNCTION) != 0, NULL);
    task->cwd = read_if(from, (head->has & WIRE_HAS_CWD) != 0, NULL);
    task->content_type =
        read_if(from, (head->has & WIRE_HAS_CONTENT_TYPE) != 0, "application/json");
    task->args = head->has & WIRE_HAS_ARGS ? read_bytes(from, head->args_length) : NULL;
    read_vectors(from, head, out);
}

int
frame_read(const unsigned char *bytes, uint64_t length, frame *out)
{
    reader from = {bytes + sizeof(wire_frame), bytes + length, length < sizeof(wire_frame)};
    wire_frame head;

    *out = (frame){.kind = 0};
    if (from.failed) {
        return -1;
    }
    memcpy(&head, bytes, sizeof head);
    out->kind = head.kind;
    out->facts = (execz_body_facts){.size = sizeof out->facts,
                                    .attempt = head.attempt,
                                    .run = head.run,
                                    .run_time = head.run_time};
    if (head.kind == WIRE_RUN) {
        read_task(&from, &head, out);
    }
    if (from.failed) {
        frame_free(out);
        return -1;
    }
    return 0;
}

void
frame_free(frame *self)
{
    free(self->vectors);
    self->vectors = NULL;
}
