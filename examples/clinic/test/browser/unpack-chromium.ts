import Chromium from "@sparticuz/chromium";

await Chromium.executablePath();
