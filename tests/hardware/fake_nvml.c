/* Stands in for NVIDIA's libnvidia-ml.so.1 in tests; a machine is described by environment variables.
 *
 *   FAKE_NVML_CARDS   cards divided by ';', each "name|total MiB|reserved MiB|used MiB|major.minor"
 *   FAKE_NVML_MIG     "card:instances:MiB" for one card with MIG on
 *   FAKE_NVML_DRIVER  version of the driver
 *   FAKE_NVML_FAULTS  "function=code,..." makes functions fail; "function@card=code" for one card
 *
 * Structures and codes: docs.nvidia.com/deploy/nvml-api. Handles are numbers: card + 1, and for MIG
 * instances 1000 * (card + 1) + instance + 1.
 *
 * cc -shared -fPIC -Wl,-soname,libnvidia-ml.so.1 -o libnvidia-ml.so.1 fake_nvml.c
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OK = 0, BAD_ARGUMENT = 2, UNSUPPORTED = 3, NOT_FOUND = 6, TOO_SMALL = 7, BAD_VERSION = 25 };
#define MIB (1024ULL * 1024ULL)
#define MEMORY_V2 0x02000028u

typedef struct { unsigned long long total, free, used; } memory_v1;
typedef struct { unsigned int version; unsigned long long total, reserved, free, used; } memory_v2;
typedef struct { char name[96]; unsigned long long total, reserved, used; int major, minor; } card;

static const char *setting(const char *name, const char *otherwise) {
    const char *value = getenv(name);
    return value ? value : otherwise;
}

static int fault(const char *function, size_t handle) {
    char wanted[128];
    const char *faults = setting("FAKE_NVML_FAULTS", "");
    for (int each = 0; each < 2; each++) {
        if (each == 0) snprintf(wanted, sizeof wanted, "%s=", function);
        else snprintf(wanted, sizeof wanted, "%s@%zu=", function, handle - 1);
        const char *found = strstr(faults, wanted);
        if (found && (found == faults || found[-1] == ',')) return atoi(found + strlen(wanted));
    }
    return OK;
}

static int describe(size_t index, card *into) {
    const char *at = setting("FAKE_NVML_CARDS", "NVIDIA GeForce RTX 4090|24564|484|1024|8.9");
    for (size_t skipped = 0; skipped < index && at; skipped++) {
        at = strchr(at, ';');
        if (at) at++;
    }
    if (!at || !*at) return 0;
    return sscanf(at, "%95[^|]|%llu|%llu|%llu|%d.%d", into->name, &into->total, &into->reserved,
                  &into->used, &into->major, &into->minor) == 6;
}

static void mig(int *of, int *instances, unsigned long long *mib) {
    *of = -1;
    *instances = 0;
    *mib = 0;
    sscanf(setting("FAKE_NVML_MIG", ""), "%d:%d:%llu", of, instances, mib);
}

static size_t card_of(size_t handle) { return handle >= 1000 ? handle / 1000 - 1 : handle - 1; }

static int put(char *into, unsigned int length, const char *text) {
    if (strlen(text) + 1 > length) return TOO_SMALL;
    strcpy(into, text);
    return OK;
}

int nvmlInitWithFlags(unsigned int flags) { (void)flags; return fault("nvmlInitWithFlags", 0); }
int nvmlInit_v2(void) { return nvmlInitWithFlags(0); }
int nvmlShutdown(void) { return fault("nvmlShutdown", 0); }

int nvmlSystemGetDriverVersion(char *into, unsigned int length) {
    int code = fault("nvmlSystemGetDriverVersion", 0);
    return code ? code : put(into, length, setting("FAKE_NVML_DRIVER", "570.86.15"));
}

int nvmlDeviceGetCount_v2(unsigned int *count) {
    card each;
    int code = fault("nvmlDeviceGetCount_v2", 0);
    for (*count = 0; describe(*count, &each); ++*count) {}
    return code;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void **handle) {
    card each;
    int code = fault("nvmlDeviceGetHandleByIndex_v2", index + 1);
    if (code) return code;
    if (!describe(index, &each)) return BAD_ARGUMENT;
    *handle = (void *)(size_t)(index + 1);
    return OK;
}

int nvmlDeviceGetName(void *handle, char *into, unsigned int length) {
    card each;
    char name[128];
    size_t number = (size_t)handle;
    int code = fault("nvmlDeviceGetName", number);
    if (code) return code;
    if (!describe(card_of(number), &each)) return BAD_ARGUMENT;
    snprintf(name, sizeof name, number >= 1000 ? "%s MIG 1g.10gb" : "%s", each.name);
    return put(into, length, name);
}

int nvmlDeviceGetUUID(void *handle, char *into, unsigned int length) {
    char id[64];
    size_t number = (size_t)handle;
    int code = fault("nvmlDeviceGetUUID", number);
    if (code) return code;
    snprintf(id, sizeof id, "%s-%08zx-0000-4000-8000-000000000000", number >= 1000 ? "MIG" : "GPU",
             number * 0x01010101);
    return put(into, length, id);
}

int nvmlDeviceGetCudaComputeCapability(void *handle, int *major, int *minor) {
    card each;
    int code = fault("nvmlDeviceGetCudaComputeCapability", (size_t)handle);
    if (code) return code;
    if (!describe(card_of((size_t)handle), &each)) return BAD_ARGUMENT;
    *major = each.major;
    *minor = each.minor;
    return OK;
}

static int sizes(void *handle, memory_v2 *into) {
    card each;
    int of, instances;
    unsigned long long mib;
    if (!describe(card_of((size_t)handle), &each)) return BAD_ARGUMENT;
    mig(&of, &instances, &mib);
    int instance = (size_t)handle >= 1000;
    into->total = (instance ? mib : each.total) * MIB;
    into->reserved = (instance ? 0 : each.reserved) * MIB;
    into->used = (instance ? 0 : each.used) * MIB;
    into->free = into->total - into->reserved - into->used;
    return OK;
}

int nvmlDeviceGetMemoryInfo_v2(void *handle, memory_v2 *into) {
    int code = fault("nvmlDeviceGetMemoryInfo_v2", (size_t)handle);
    if (code) return code;
    return into->version == MEMORY_V2 ? sizes(handle, into) : BAD_VERSION;
}

int nvmlDeviceGetMemoryInfo(void *handle, memory_v1 *into) {
    memory_v2 told;
    int code = fault("nvmlDeviceGetMemoryInfo", (size_t)handle);
    if (!code) code = sizes(handle, &told);
    if (code) return code;
    into->total = told.total;
    into->free = told.free;
    into->used = told.used + told.reserved; /* as drivers from 510 on count it in the first version */
    return OK;
}

int nvmlDeviceGetMigMode(void *handle, unsigned int *current, unsigned int *pending) {
    int of, instances;
    unsigned long long mib;
    mig(&of, &instances, &mib);
    if (of < 0) return UNSUPPORTED;
    *current = *pending = (unsigned int)((int)card_of((size_t)handle) == of);
    return OK;
}

int nvmlDeviceGetMaxMigDeviceCount(void *handle, unsigned int *count) {
    (void)handle;
    *count = 7;
    return OK;
}

int nvmlDeviceGetMigDeviceHandleByIndex(void *handle, unsigned int index, void **instance) {
    int of, instances;
    unsigned long long mib;
    mig(&of, &instances, &mib);
    if ((int)card_of((size_t)handle) != of || (int)index >= instances) return NOT_FOUND;
    *instance = (void *)(1000 * (size_t)handle + index + 1);
    return OK;
}
