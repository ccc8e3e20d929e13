#include "xsmc.h"
#include "bootloader_random.h"
#include "esp_random.h"

/* noise(length): bytes of the chip's generator, which the converter's noise feeds meanwhile: without its radio nothing else does. Nobody
   may use the converter while it runs. */
void xs_noise(xsMachine *the)
{
	xsIntegerValue length = xsmcToInteger(xsArg(0));
	void *bytes = xsmcSetArrayBuffer(xsResult, NULL, length);

	bootloader_random_enable();
	esp_fill_random(bytes, length);
	bootloader_random_disable();
}
