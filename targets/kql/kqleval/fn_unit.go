package kqleval

import "math"

// A scale is the units of one quantity, each with its size in a base unit.
type scale map[string]float64

func unitFunctions() map[string]function {
	convert := func(s scale) function {
		return function{params: "fkk", ret: TReal, apply: func(_ *runtime, a []Value) Value {
			from, ok1 := s[str(a[1])]
			to, ok2 := s[str(a[2])]
			if !ok1 || !ok2 {
				return nil
			}
			return Real(float64(a[0].(Real)) * from / to)
		}}
	}
	return map[string]function{
		"convert_angle":  convert(angles),
		"convert_energy": convert(energies),
		"convert_force":  convert(forces),
		"convert_length": convert(lengths),
		"convert_mass":   convert(masses),
		"convert_speed":  convert(speeds),
		"convert_volume": convert(volumes),
		"convert_temperature": {params: "fkk", ret: TReal, apply: func(_ *runtime, a []Value) Value {
			k, ok := toKelvin(float64(a[0].(Real)), str(a[1]))
			if !ok {
				return nil
			}
			if v, ok := fromKelvin(k, str(a[2])); ok {
				return Real(v)
			}
			return nil
		}},
	}
}

var angles = scale{
	"Arcminute": 1.0 / 60, "Arcsecond": 1.0 / 3600, "Centiradian": 1.8 / math.Pi, "Deciradian": 18 / math.Pi,
	"Degree": 1, "Gradian": 0.9, "Microdegree": 1e-6, "Microradian": 180e-6 / math.Pi, "Millidegree": 1e-3,
	"Milliradian": 180e-3 / math.Pi, "Nanodegree": 1e-9, "Nanoradian": 180e-9 / math.Pi, "NatoMil": 360.0 / 6400,
	"Radian": 180 / math.Pi, "Revolution": 360, "Tilt": 90,
}

var energies = scale{
	"BritishThermalUnit": 1055.05585262, "Calorie": 4.184, "DecathermEc": 1.05505585262e9,
	"DecathermImperial": 1.05505585257348e9, "DecathermUs": 1.054804e9, "ElectronVolt": 1.602176565e-19,
	"Erg": 1e-7, "FootPound": 1.3558179483314004, "GigabritishThermalUnit": 1055.05585262e9,
	"GigaelectronVolt": 1.602176565e-10, "Gigajoule": 1e9, "GigawattDay": 86400e9, "GigawattHour": 3600e9,
	"HorsepowerHour": 2.6845195376961729e6, "Joule": 1, "KilobritishThermalUnit": 1055.05585262e3,
	"Kilocalorie": 4184, "KiloelectronVolt": 1.602176565e-16, "Kilojoule": 1e3, "KilowattDay": 86400e3,
	"KilowattHour": 3600e3, "MegabritishThermalUnit": 1055.05585262e6, "Megacalorie": 4.184e6,
	"MegaelectronVolt": 1.602176565e-13, "Megajoule": 1e6, "MegawattDay": 86400e6, "MegawattHour": 3600e6,
	"Millijoule": 1e-3, "TeraelectronVolt": 1.602176565e-7, "TerawattDay": 86400e12, "TerawattHour": 3600e12,
	"ThermEc": 1.05505585262e8, "ThermImperial": 1.05505585257348e8, "ThermUs": 1.054804e8, "WattDay": 86400,
	"WattHour": 3600,
}

var forces = scale{
	"Decanewton": 10, "Dyn": 1e-5, "KilogramForce": 9.80665, "Kilonewton": 1e3, "KiloPond": 9.80665,
	"KilopoundForce": 4448.2216152605, "Meganewton": 1e6, "Micronewton": 1e-6, "Millinewton": 1e-3, "Newton": 1,
	"OunceForce": 0.2780138509537812, "Poundal": 0.138254954376, "PoundForce": 4.4482216152605,
	"ShortTonForce": 8896.443230521, "TonneForce": 9806.65,
}

var lengths = scale{
	"Angstrom": 1e-10, "AstronomicalUnit": 1.4959787070e11, "Centimeter": 1e-2, "Chain": 20.1168,
	"DataMile": 1828.8, "Decameter": 10, "Decimeter": 0.1, "DtpPica": 0.0254 / 6, "DtpPoint": 0.0254 / 72,
	"Fathom": 1.8288, "Foot": 0.3048, "Hand": 0.1016, "Hectometer": 100, "Inch": 0.0254,
	"KilolightYear": 9.46073047258e18, "Kilometer": 1e3, "Kiloparsec": 3.08567758128e19, "LightYear": 9.46073047258e15,
	"MegalightYear": 9.46073047258e21, "Megaparsec": 3.08567758128e22, "Meter": 1, "Microinch": 0.0254e-6,
	"Micrometer": 1e-6, "Mil": 0.0000254, "Mile": 1609.344, "Millimeter": 1e-3, "Nanometer": 1e-9,
	"NauticalMile": 1852, "Parsec": 3.08567758128e16, "PrinterPica": 0.0254 / 6.022495, "PrinterPoint": 0.0254 / 72.27,
	"Shackle": 27.432, "SolarRadius": 6.95510000e8, "Twip": 0.0254 / 1440, "UsSurveyFoot": 1200.0 / 3937, "Yard": 0.9144,
}

var masses = scale{
	"Centigram": 1e-5, "Decagram": 1e-2, "Decigram": 1e-4, "EarthMass": 5.9722e24, "Grain": 6.479891e-5, "Gram": 1e-3,
	"Hectogram": 0.1, "Kilogram": 1, "Kilopound": 453.59237, "Kilotonne": 1e6, "LongHundredweight": 50.80234544,
	"LongTon": 1016.0469088, "Megapound": 453592.37, "Megatonne": 1e9, "Microgram": 1e-9, "Milligram": 1e-6,
	"Nanogram": 1e-12, "Ounce": 0.028349523125, "Pound": 0.45359237, "ShortHundredweight": 45.359237,
	"ShortTon": 907.18474, "Slug": 14.593902937206364, "SolarMass": 1.98947e30, "Stone": 6.35029318, "Tonne": 1e3,
}

var speeds = scale{
	"CentimeterPerHour": 1.0 / 360000, "CentimeterPerMinute": 1e-2 / 60, "CentimeterPerSecond": 1e-2,
	"DecimeterPerMinute": 0.1 / 60, "DecimeterPerSecond": 0.1, "FootPerHour": 0.3048 / 3600, "FootPerMinute": 0.3048 / 60,
	"FootPerSecond": 0.3048, "InchPerHour": 0.0254 / 3600, "InchPerMinute": 0.0254 / 60, "InchPerSecond": 0.0254,
	"KilometerPerHour": 1e3 / 3600, "KilometerPerMinute": 1e3 / 60, "KilometerPerSecond": 1e3, "Knot": 1852.0 / 3600,
	"MeterPerHour": 1.0 / 3600, "MeterPerMinute": 1.0 / 60, "MeterPerSecond": 1, "MicrometerPerMinute": 1e-6 / 60,
	"MicrometerPerSecond": 1e-6, "MilePerHour": 1609.344 / 3600, "MillimeterPerHour": 1e-3 / 3600,
	"MillimeterPerMinute": 1e-3 / 60, "MillimeterPerSecond": 1e-3, "NanometerPerMinute": 1e-9 / 60,
	"NanometerPerSecond": 1e-9, "UsSurveyFootPerHour": 1200.0 / 3937 / 3600, "UsSurveyFootPerMinute": 1200.0 / 3937 / 60,
	"UsSurveyFootPerSecond": 1200.0 / 3937, "YardPerHour": 0.9144 / 3600, "YardPerMinute": 0.9144 / 60, "YardPerSecond": 0.9144,
}

var volumes = scale{
	"AcreFoot": 1 / 0.000810714, "AuTablespoon": 2e-5, "BoardFoot": 0.002359737216, "Centiliter": 1e-5,
	"CubicCentimeter": 1e-6, "CubicDecimeter": 1e-3, "CubicFoot": 0.028316846592, "CubicHectometer": 1e6,
	"CubicInch": 1.6387064e-5, "CubicKilometer": 1e9, "CubicMeter": 1, "CubicMicrometer": 1e-18,
	"CubicMile": 4.16818182544058e9, "CubicMillimeter": 1e-9, "CubicYard": 0.764554857984, "Decaliter": 1e-2,
	"Deciliter": 1e-4, "Hectocubicfoot": 2.8316846592, "Hectocubicmeter": 100, "Hectoliter": 0.1,
	"ImperialBeerBarrel": 0.16365924, "ImperialGallon": 0.00454609, "ImperialOunce": 2.8413062499962901241875439064617e-5,
	"ImperialPint": 0.00056826125, "Kilocubicfoot": 28.316846592, "Kilocubicmeter": 1000, "KiloimperialGallon": 4.54609,
	"Kiloliter": 1, "KilousGallon": 3.785411784, "Liter": 1e-3, "Megacubicfoot": 28316.846592, "MegaimperialGallon": 4546.09,
	"Megaliter": 1e3, "MegausGallon": 3785.411784, "MetricCup": 0.00025, "MetricTeaspoon": 5e-6, "Microliter": 1e-9,
	"Milliliter": 1e-6, "OilBarrel": 0.158987294928, "UkTablespoon": 1.5e-5, "UsBeerBarrel": 0.117347765304,
	"UsCustomaryCup": 0.0002365882365, "UsGallon": 0.003785411784, "UsLegalCup": 0.00024, "UsOunce": 2.95735295625e-5,
	"UsPint": 0.000473176473, "UsQuart": 0.000946352946, "UsTablespoon": 1.478676478125e-5, "UsTeaspoon": 4.92892159375e-6,
}

// toKelvin reads a temperature in a unit.
func toKelvin(v float64, unit string) (float64, bool) {
	switch unit {
	case "Kelvin":
		return v, true
	case "MillidegreeCelsius":
		return v/1000 + 273.15, true
	case "DegreeCelsius":
		return v + 273.15, true
	case "DegreeDelisle":
		return v*-2/3 + 373.15, true
	case "DegreeFahrenheit":
		return v*5/9 + 459.67*5/9, true
	case "DegreeNewton":
		return v*100/33 + 273.15, true
	case "DegreeRankine":
		return v * 5 / 9, true
	case "DegreeReaumur":
		return v*5/4 + 273.15, true
	case "DegreeRoemer":
		return v*40/21 + 273.15 - 7.5*40/21, true
	case "SolarTemperature":
		return v * 5778, true
	}
	return 0, false
}

func fromKelvin(k float64, unit string) (float64, bool) {
	switch unit {
	case "Kelvin":
		return k, true
	case "MillidegreeCelsius":
		return (k - 273.15) * 1000, true
	case "DegreeCelsius":
		return k - 273.15, true
	case "DegreeDelisle":
		return (k - 373.15) * -3 / 2, true
	case "DegreeFahrenheit":
		return (k - 459.67*5/9) * 9 / 5, true
	case "DegreeNewton":
		return (k - 273.15) * 33 / 100, true
	case "DegreeRankine":
		return k * 9 / 5, true
	case "DegreeReaumur":
		return (k - 273.15) * 4 / 5, true
	case "DegreeRoemer":
		return (k - (273.15 - 7.5*40.0/21)) * 21 / 40, true
	case "SolarTemperature":
		return k / 5778, true
	}
	return 0, false
}
