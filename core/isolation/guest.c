/* SPDX-License-Identifier: MIT */
#include "isolation/guest.h"

#include "base/error.h"
#include "function/body.h"
#include "isolation/guardian.h"
#include "isolation/plugin_host.h"
#include "plugin/probe.h"

#include <stdio.h>
#include <unistd.h>

#include <execz/isolation.h>
#include <execz/sdk.h>

#define EXIT_USAGE 2

/* ---- services -------------------------------------------------------------------------------- */

void
ez_guest_send(ez_guest *self, ez_stream *stream)
{
    pthread_mutex_lock(&self->send_lock);
    (void)ez_stream_send(stream, true); /* if nobody is there any more, we are about to leave */
    pthread_mutex_unlock(&self->send_lock);
}

/* At once: it may be the last thing that is heard of us. */
static void
send_line(void *user, uint32_t level, const char *line)
{
    ez_guest *self = user;
    ez_stream own;

    ez_stream_init(&own, self->stream.fd);
    ez_stream_begin(&own, EZ_PARCEL_LOG);
    ez_stream_put_u32(&own, level);
    ez_stream_put_text(&own, line);
    ez_stream_end(&own);
    ez_guest_send(self, &own);
    ez_stream_deinit(&own);
}

/* [guardian] */
static void
tell_inline(void *user)
{
    ez_guest *self = user;
    ez_stream own;

    if (atomic_load(&self->in_body)) {
        ez_stream_init(&own, self->stream.fd);
        ez_stream_begin(&own, EZ_PARCEL_INLINE);
        ez_stream_end(&own);
        ez_guest_send(self, &own);
        ez_stream_deinit(&own);
    }
}

static void
run_body(void *user, const ez_body *body, ez_outcome *outcome)
{
    ez_guest *self = user;
    bool is_loop = pthread_equal(pthread_self(), self->thread);

    if (is_loop) {
        atomic_store(&self->in_body, true);
    }
    ez_begun_note(&self->begun, body->run);
    ez_body_run(self->modules, body, outcome);
    if (is_loop) {
        atomic_store(&self->in_body, false);
    }
}

static execz_status
call_function(void *user, const ez_body_caller *caller, const char *function, const char *args,
              execz_error *err)
{
    return ez_body_call_for(((ez_guest *)user)->modules, caller, function, args, err);
}

static bool
wants_started(void *user)
{
    return atomic_load(&((ez_guest *)user)->wants_started);
}

static execz_status
watch(void *loop, int fd, void (*function)(void *), void *argument)
{
    return ez_loop_watch(loop, fd, function, argument);
}

static void
unwatch(void *loop, int fd)
{
    ez_loop_unwatch(loop, fd);
}

static void
init_services(ez_guest *self, const ez_parcel_start *start)
{
    g_auto(GStrv) path = NULL;

    self->function_path = g_strdup(start->function_path == NULL ? "" : start->function_path);
    path = g_strsplit(self->function_path, ":", -1);
    self->modules = ez_modules_new((const char *const *)path);
    self->services = (ez_executor_services){
        .clock = ez_clock_system(),
        .log = {start->log_level, send_line, self},
        .runs = ez_runs_new_mirror(),
        .mailbox = &self->mailbox,
        .body = run_body,
        .body_user = self,
        .wants_started = wants_started,
        .wants_user = self,
        .watch = watch,
        .unwatch = unwatch,
        .loop = &self->loop,
        .call = call_function,
        .function_path = self->function_path,
        .lingerers = &self->lingerers,
    };
}

/* ---- start ----------------------------------------------------------------------------------- */

/* An executor of the image's code; what was checked before is right. */
static execz_status
make_executor(ez_guest *self, const ez_parcel_start *start, int image, execz_error *err)
{
    const ez_module *module = ez_module_load_image(start->path, image, err);
    const ez_plugin_file *file = module == NULL ? NULL : ez_module_file(module);
    const ez_plugin_part *part = file == NULL ? NULL : ez_plugin_file_part(file, start->part);
    g_autofree ez_setting *settings = g_new0(ez_setting, start->n_options + 1);
    g_autoptr(ez_report) report = ez_report_new();
    ez_options_source source = {.owner = start->alias,
                                .base_dir = "/",
                                .settings = settings,
                                .n_settings = start->n_options};

    if (module == NULL) {
        return EXECZ_E_PLUGIN;
    }
    if (part == NULL) {
        return ez_fail(err, EXECZ_E_PLUGIN, "%s: it has nothing with the alias '%s'", start->path,
                       start->part);
    }
    for (uint32_t i = 0; i < start->n_options; i++) {
        settings[i] = (ez_setting){.key = start->options[i].key, .value = start->options[i].value};
    }
    self->executor = ez_executor_new(&self->services, start->alias, file, part, &source, report);
    if (self->executor == NULL) {
        return ez_fail(err, EXECZ_E_CONFIG, "%s", ez_report_get(report, 0)->message);
    }
    ez_executor_give_module(self->executor, module);
    self->tells_begin = (part->caps & EXECZ_CAP_EXECUTES) != 0;
    self->tells_coroutines = (part->caps & EXECZ_CAP_COROUTINE) != 0;
    return ez_executor_start(self->executor, err);
}

static void
tell_start(ez_guest *self, execz_status status, const execz_error *err)
{
    ez_stream_begin(&self->stream, status == EXECZ_OK ? EZ_PARCEL_READY : EZ_PARCEL_FAILED);
    if (status != EXECZ_OK) {
        ez_parcel_put_error(&self->stream, err);
    }
    ez_stream_end(&self->stream);
    if (status == EXECZ_OK) {
        self->n_done++;
        self->changed = true;
        ez_guest_report(self);
    }
    ez_guest_send(self, &self->stream);
}

/* Waits for the first parcel. */
static bool
receive_first(ez_stream *stream, ez_frame *frame_out)
{
    while (!ez_stream_next(stream, frame_out)) {
        if (stream->broken || ez_stream_receive(stream, true) <= 0) {
            return false;
        }
    }
    return frame_out->kind == EZ_PARCEL_START;
}

/* ---- life ------------------------------------------------------------------------------------ */

static void
on_socket(void *argument)
{
    ez_guest *self = argument;

    if (!ez_guest_take_parcels(self)) {
        ez_guardian_leave();
    }
}

static void
pass(ez_guest *self)
{
    (void)ez_loop_look(&self->loop);
    ez_guest_take_messages(self);
    atomic_store(&self->in_body, false); /* or it waits in one, and lets others go on */
    ez_executor_flush(self->executor);
    ez_guest_take_messages(self);
    if (ez_stream_waiting(&self->stream) == 0) {
        ez_lingerers_wait(&self->lingerers, &self->mailbox,
                          *ez_executor_unfinished(self->executor));
        ez_guest_take_messages(self);
    }
    ez_guest_report(self);
    ez_guest_send(self, &self->stream);
    ez_loop_arm(&self->loop, EXECZ_TIME_NEVER, self->changed ? self->report_at : EXECZ_TIME_NEVER);
    ez_mailbox_sleep(&self->mailbox);
}

static void
live(ez_guest *self)
{
    while (!self->ended) {
        ez_loop_wait(&self->loop);
        pass(self);
    }
    (void)ez_executor_join(self->executor,
                           ez_clock_monotonic(ez_clock_system()) + EZ_GUEST_JOIN_PATIENCE);
    ez_guest_take_messages(self);
    ez_executor_stop(self->executor, ez_clock_monotonic(ez_clock_system()), false);
}

static bool
open_loop(ez_guest *self, int socket)
{
    execz_error err = EXECZ_ERROR_INIT;

    return ez_mailbox_init(&self->mailbox) &&
           ez_loop_init(&self->loop, self->mailbox.bell, &err) == EXECZ_OK &&
           ez_loop_watch(&self->loop, socket, on_socket, self) == EXECZ_OK;
}

/* Threads that did not end still use all of it: then it goes with the process. */
static void
guest_free(ez_guest *self)
{
    if (!ez_executor_is_free_of_threads(self->executor)) {
        return;
    }
    ez_executor_free(self->executor);
    ez_loop_deinit(&self->loop);
    ez_mailbox_deinit(&self->mailbox);
    ez_runs_free(self->services.runs);
    ez_modules_free(self->modules);
    g_free(self->function_path);
    g_ptr_array_unref(self->pointers);
    ez_stream_deinit(&self->stream);
    ez_begun_close(&self->begun);
}

static execz_duration
tick_of(execz_duration patience)
{
    return patience == 0 ? 0 : MAX(patience / 2, EZ_GUEST_TICK_MIN);
}

int
ez_guest_run(int socket, int image, int begun)
{
    static ez_guest self;
    execz_error err = EXECZ_ERROR_INIT;
    ez_parcel_start start;
    ez_frame frame;
    execz_status status;

    self.thread = pthread_self();
    self.pointers = g_ptr_array_new();
    pthread_mutex_init(&self.send_lock, NULL);
    ez_stream_init(&self.stream, socket);
    if (!receive_first(&self.stream, &frame) || !ez_parcel_take_start(&frame, &start)) {
        ez_fail(&err, EXECZ_E_PLUGIN,
                "the plugin host and libexecz are of different versions: install both from one "
                "build");
        tell_start(&self, err.status, &err);
        return EXIT_USAGE;
    }
    init_services(&self, &start);
    if (!open_loop(&self, socket) || !ez_begun_open(&self.begun, begun) ||
        !ez_guardian_start(socket, tick_of(start.patience), tell_inline, &self)) {
        return EXIT_USAGE;
    }
    status = make_executor(&self, &start, image, &err);
    g_free((void *)start.options);
    tell_start(&self, status, &err);
    if (status != EXECZ_OK) {
        return 1;
    }
    live(&self);
    guest_free(&self);
    return 0;
}

int
execz_plugin_host_run(void)
{
    return ez_guest_run(EZ_PLUGIN_HOST_SOCKET, EZ_PLUGIN_HOST_IMAGE, EZ_PLUGIN_HOST_BEGUN);
}

int
execz_plugin_host_probe(const char *path)
{
    g_autoptr(ez_plugin_file) file = ez_plugin_file_new(path);
    execz_error err = EXECZ_ERROR_INIT;

    if (file->refusal.status == EXECZ_OK && ez_module_load(file, &err) != NULL) {
        (void)printf(EZ_PROBE_LOADED);
        return 0;
    }
    (void)printf("%s", file->refusal.status != EXECZ_OK ? file->refusal.message : err.message);
    return 1;
}
