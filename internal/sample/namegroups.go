package sample

import "strings"

// A group is a tradition of naming. Its lists are short on purpose: they show a linker the shapes that such names take (order,
// parts, shared words, spellings), they don't measure anyone. Share is out of a thousand of the area's households.
type group struct {
	name                   string
	share                  float64
	male, female, surnames []string
	rule                   rule
}

// rule says how a full name is put together.
type rule uint8

const (
	british   rule = iota // forename, often a middle name, one surname; from the reference tables
	plain                 // as british, from the group's own lists
	singhKaur             // Singh or Kaur as the middle name, or in place of the surname
	begumKhan             // Mohammed before the given name; women often Begum or Bibi and not their husband's name
	somali                // given name, the father's, the grandfather's
	portugal              // two surnames, the mother's and the father's, with "da" and "dos"
	chinese               // surname first at home, so often swapped
	habesha               // given name and the father's given name; sometimes a single name
)

var groups = [...]group{
	{name: "British and Irish", share: 560, rule: british},
	{name: "Caribbean", share: 90, rule: plain,
		male: words("Winston Leroy Delroy Devon Errol Marlon Tyrone Jermaine Kemar Omari Jahmal Desmond Trevor Carlton Neville Clive"),
		female: words("Beverley Sonia Marcia Yvonne Shanice Chantelle Keisha Latoya Monique Jasmine Hyacinth Merlene Norma Paulette " +
			"Claudette Tamika"),
		surnames: words("Campbell Brown Williams Francis Grant Gordon Reid Clarke Thompson Bailey Henry Morrison Blake Wright Stewart " +
			"Samuels Powell McKenzie Gayle Bennett Edwards Palmer Douglas")},
	{name: "Nigerian", share: 85, rule: plain,
		male: words("Oluwaseun Babatunde Olumide Ayodele Tunde Femi Kayode Chukwuemeka Emeka Ikechukwu Obinna Chidi Segun Adebayo " +
			"Oluwatobi Temitope Kehinde Taiwo Emmanuel Samuel"),
		female: words("Oluwaseun Folasade Abimbola Omolara Yetunde Titilayo Ngozi Chinyere Adaeze Ifeoma Temitope Bukola Kehinde " +
			"Taiwo Funmilayo Blessing Grace Chioma"),
		surnames: words("Adeyemi Okafor Adebayo Okonkwo Ogunleye Balogun Adeleke Nwosu Eze Oyelaran Olaniyan Akinwande Ojo Bello " +
			"Okoro Adesanya Afolabi Ogunbanjo Onyekachi Obi Abiola Adewale-Johnson Ogundipe Fashola Akande Nwachukwu")},
	{name: "Ghanaian and Sierra Leonean", share: 40, rule: plain,
		male: words("Kwame Kofi Kwaku Yaw Kojo Kwasi Kwabena Emmanuel Isaac Joseph Ibrahim Mohamed"), female: words(
			"Akosua Ama Abena Akua Yaa Afua Adwoa Esther Comfort Mercy Fatmata Mariama"),
		surnames: words("Mensah Owusu Boateng Asante Appiah Osei Agyeman Amoah Addo Kamara Sesay Koroma Conteh Bangura Kargbo Opoku")},
	{name: "Somali", share: 28, rule: somali,
		male:   words("Abdi Mohamed Ahmed Hassan Ali Omar Yusuf Ibrahim Abdullahi Farah Warsame Ismail Jama Mahamud Osman Abdirahman"),
		female: words("Fadumo Amina Hodan Khadija Asha Sahra Halima Ifrah Maryan Hawa Nasra Ayaan Zamzam Faiza")},
	{name: "Portuguese and Brazilian", share: 48, rule: portugal,
		male: words("João José António Luís Paulo Carlos Rui Tiago Gonçalo Sérgio Flávio Márcio Pedro Nuno"), female: words(
			"Maria Ana Conceição Fátima Inês Lúcia Patrícia Sónia Márcia Luísa Teresa Cláudia Beatriz"),
		surnames: words("Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Gonçalves Fernandes Lopes Sousa Conceição " +
			"Araújo Magalhães Simões")},
	{name: "Latin American and Spanish", share: 32, rule: portugal,
		male: words("José Andrés Jesús Juan Luis Diego Óscar Héctor Iván Julián Jorge Hernán"), female: words(
			"María Lucía Sofía Andrea Carmen Inés Mónica Adriana Verónica Luz Paola Rocío"),
		surnames: words("García Rodríguez Martínez López González Hernández Sánchez Ramírez Gómez Muñoz Díaz Vásquez Ibáñez Núñez")},
	{name: "South Asian Muslim", share: 50, rule: begumKhan,
		male: words("Ali Imran Tariq Asif Kamal Rashid Faisal Nadeem Usman Bilal Hamza Shahid Abdul Zahid Jamal Kabir"),
		female: words(
			"Fatima Ayesha Nasreen Shabana Rukhsana Zainab Yasmin Salma Parveen Samina Shahida Nazia Rehana Farzana"),
		surnames: words("Khan Ahmed Hussain Ali Miah Uddin Rahman Chowdhury Malik Iqbal Akhtar Shah Islam Mahmood Butt Hossain")},
	{name: "Sikh", share: 7, rule: singhKaur,
		male: words("Gurpreet Harjit Jaspal Manjit Amrit Sukhdev Balwinder Rajinder"), female: words(
			"Gurpreet Harjit Jaspreet Manjit Amrit Sukhvinder Balwinder Rajinder"),
		surnames: words("Gill Sandhu Dhillon Sidhu Grewal Bains Mann Johal Virdee")},
	{name: "Hindu and Tamil", share: 16, rule: plain,
		male: words("Rajesh Sanjay Vijay Anil Kumar Suresh Ramesh Nikhil Arjun Siva Krishnan"), female: words(
			"Priya Sunita Anita Lakshmi Meena Kavita Deepa Radha Nisha Geetha Shanti"),
		surnames: words("Patel Shah Sharma Kumar Nair Reddy Desai Mehta Selvarajah Sivakumar Thevarajah Gupta Joshi")},
	{name: "Polish", share: 18, rule: plain,
		male: words("Piotr Krzysztof Andrzej Tomasz Paweł Łukasz Michał Marcin Grzegorz Wojciech Jakub Rafał"), female: words(
			"Agnieszka Małgorzata Katarzyna Magdalena Joanna Ewa Monika Beata Dorota Izabela Justyna"),
		surnames: words("Kowalski Nowak Wiśniewski Wójcik Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Jankowski")},
	{name: "Chinese and Vietnamese", share: 24, rule: chinese,
		male: words("Wei Jun Ming Chi-Keung Ka-Ho Minh Hoang Duc Van-Thanh Xiaoming Hao Tuan"), female: words(
			"Mei Li Xiaoling Ying Thi-Lan Huong Thi-Mai Ka-Yan Yan Ling Phuong Linh"),
		surnames: words("Chen Wong Li Nguyen Tran Le Pham Chan Cheung Lam Zhang Wang Liu Hoang Vu")},
	{name: "Eritrean and Ethiopian", share: 12, rule: habesha,
		male: words("Tesfaye Berhane Yonas Dawit Mehari Kidane Haile Abel Samuel Filmon Tekle Gebre"), female: words(
			"Selam Hiwot Almaz Mebrat Senait Bethlehem Tigist Rahel Helen Yordanos Freweini")},
}

var groupShares = func() []float64 {
	shares := make([]float64, len(groups))
	for i := range groups {
		shares[i] = groups[i].share
	}
	return cumulate(shares...)
}()

// mohammeds are spellings of one name, commonest first.
var mohammeds = words("Mohammed Mohammed Mohammed Muhammad Muhammad Mohamed Mohammad Muhammed Md")

// spellings are names that clerks hear alike and write in different ways.
var spellings = pairs(`
Mohammed Muhammad Mohamed Mohammad Muhammed Mohamad
Ahmed Ahmad Achmed
Hussain Hussein Husain Hossain
Yusuf Yousef Youssef Yousuf
Ibrahim Ebrahim Ibraheem
Fatima Fatimah Fatema
Ayesha Aisha Aysha Aishah
Stephen Steven Stephan
Catherine Katherine Kathryn Catharine Katharine
Ann Anne
Jean Jeanne Gene
Mark Marc
Philip Phillip Phil
Geoffrey Jeffrey
Alan Allan Allen
Graham Graeme
Sara Sarah
Clare Claire
Teresa Theresa
Lesley Leslie
Jonathan Jonathon Johnathan
Nicola Nichola
Deborah Debra
Sean Shaun Shawn
Brian Bryan
Hannah Hanna
Rebecca Rebekah
Michelle Michele
Smith Smyth Smythe
Clark Clarke
Brown Browne
Reid Reed Read
Thompson Thomson Tomson
Stewart Stuart Steward
Davis Davies
Harris Harries
Phillips Philips
Johnson Johnston Jonson
Nicholls Nichols Nicholas
Green Greene
Taylor Tailor Tayler
White Whyte
Moore More Moor
Cook Cooke
Lee Leigh Lea
Campbell Cambell Campbel
McKenzie MacKenzie Mackenzie
Adeyemi Adeyemo
Okafor Okoroafor
Mensah Mensa
Nguyen Ngyuen Nguyên
Kowalski Kowalsky
Silva Sylva
`)

func words(s string) []string { return strings.Fields(s) }

// pairs gives each word of a line the line's other words.
func pairs(text string) map[string][]string {
	m := map[string][]string{}
	for line := range strings.Lines(text) {
		all := strings.Fields(line)
		for i, w := range all {
			m[w] = append(append([]string(nil), all[:i]...), all[i+1:]...)
		}
	}
	return m
}
